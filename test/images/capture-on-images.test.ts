import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Stack, startStack } from '@nicdiag/tools';
import { buildImages, IMAGES, layOut, PLATFORMS, readBuildInfo } from '@nicdiag/tools/images';
import test from 'ava';
import { entryPoint } from './inImage.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/register-dump.yaml', import.meta.url));

/* The stack of the other tests, its programs not from source but from the images' root filesystems, read-only. */
let directory: string;
let stack: Stack;
test.before(async (t) => {
  t.timeout(600_000);
  directory = mkdtempSync(join(tmpdir(), 'nicdiag-images-'));
  stack = await startStack({ hosts: ['gpu-a'], programs: await programsOfImages() });
});
test.after.always(async () => {
  await stack?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** Entry points by the programs' names. */
async function programsOfImages(): Promise<Record<string, string>> {
  const own = PLATFORMS.filter(({ node }) => node === process.arch);
  const programs: Record<string, string> = {};
  for (const { name, platforms } of await buildImages(await readBuildInfo(), own)) {
    const [platform] = platforms;
    if (platform === undefined) throw new Error(`no image for ${process.arch}`);
    const root = join(directory, name);
    mkdirSync(root);
    await layOut(platform, root);
    const { Env: env } = JSON.parse(Buffer.from(platform.config.content).toString()).config;
    const environment = Object.fromEntries(env.map((entry: string) => entry.split(/=(.*)/s).slice(0, 2)));
    for (const program of Object.keys(IMAGES[name]?.programs ?? {}))
      programs[program] = entryPoint(join(directory, `${program}.mjs`), root, environment, program);
  }
  return programs;
}

test.serial('each program is that of its image, on a root filesystem that it cannot write', (t) => {
  const programs = { agent: stack.agent('gpu-a'), operator: stack.operator(), artifactServer: stack.artifactServer };
  for (const [name, { pid }] of Object.entries(programs)) {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    t.is(command[0], '/usr/bin/node', name);
    t.regex(command[1] ?? '', /^\/usr\/bin\/nicdiag-/, name);
    t.throws(() => writeFileSync(`/proc/${pid}/root/usr/lib/nicdiag/new`, ''), { code: 'EROFS' }, name);
    t.regex(readFileSync(`/proc/${pid}/root/etc/os-release`, 'utf8'), /ID=debian/, name);
  }
});

test.serial('the images run a capture from apply to seal', async (t) => {
  t.timeout(300_000);
  await stack.kubectl(['apply', '-f', EXAMPLE]);
  const dcap = 'dcap/register-dump';
  await stack.kubectl(['wait', '--for=condition=Sealed', '--timeout=240s', dcap]);
  const { status } = JSON.parse(await stack.kubectl(['get', dcap, '-o', 'json']));
  const succeeded = status.conditions.find(({ type }: { readonly type: string }) => type === 'Succeeded');
  t.is(succeeded.status, 'True', JSON.stringify(status.failures));
  t.true(status.totalBytes > 100_000);
  t.regex(status.manifest.digest, /^sha256:/);
  // Both devices were talked to: koffi works in the image.
  const commands = stack.emulator('gpu-a').commandLog();
  t.is(new Set(commands.map(({ device }) => device)).size, 2);
});

test.serial("the agent's version is in its NicNode", async (t) => {
  const { version } = await readBuildInfo();
  t.is(await stack.kubectl(['get', 'nicnode', 'gpu-a', '-o', 'jsonpath={.status.agent.version}']), version);
});
