import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '@nicdiag/tools';
import { readNotes } from '@nicdiag/tools/attach-note';
import { buildPlugin } from '@nicdiag/tools/plugin';
import anyTest, { type TestFn } from 'ava';
import { krewInstall } from './plugin/krewInstall.ts';
import { type Ran, type RunOptions, run } from './plugin/kubectl.ts';

/* `make plugin`: what it builds is installed as Krew would, and run by the real kubectl on the real API server; on a host
 * it talks to the emulated devices by the native code that it carries. */
interface Context {
  readonly stack: Stack;
  readonly root: string;
  /** What `make plugin` left. */
  readonly built: string;
  /** A directory for PATH with the plugin as Krew installs it. */
  readonly bin: string;
}

const test = anyTest as TestFn<Context>;
const ARCH = process.arch === 'x64' ? 'amd64' : process.arch;

test.before(async (t) => {
  t.timeout(600_000);
  const root = mkdtempSync(join(tmpdir(), 'nicdiag-plugin-test-'));
  const built = join(root, 'dist');
  const options = { directory: built, version: '0.1.0', releaseUrl: 'https://example.com/v0.1.0', say: t.log };
  const [stack] = await Promise.all([startStack({ hosts: ['gpu-b'] }), buildPlugin(options)]);
  t.context = { stack, root, built, bin: krewInstall(join(built, 'nicdiag.yaml'), built, join(root, 'krew'), ARCH) };
});
test.after.always(async (t) => {
  await t.context.stack?.[Symbol.asyncDispose]();
  if (t.context.root !== undefined) rmSync(t.context.root, { recursive: true, force: true });
});

function kubectl({ stack, bin }: Context, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cluster } = stack;
  return run(cluster.binaries.kubectl, args, { path: bin, kubeconfig: cluster.kubeconfig, ...options });
}

test('the plugin that Krew installed is run by kubectl and reaches the cluster', async (t) => {
  const listed = await kubectl(t.context, ['plugin', 'list', '--name-only']);
  t.regex(listed.stdout, /^kubectl-nicdiag$/m);
  t.is((await kubectl(t.context, ['nicdiag', '--version'])).stdout, 'nicdiag 0.1.0\n');
  const devices = await kubectl(t.context, ['nicdiag', 'devices', '-o', 'name']);
  t.is(devices.code, 0, devices.stderr);
  t.is(devices.stdout.trim().split('\n').length, 2);
});

test('on a host the executable reads devices with the native code it carries, and leaves no file', async (t) => {
  const { root, bin, stack } = t.context;
  const temporary = join(root, 'tmp');
  mkdirSync(temporary);
  const host = join(root, 'host-bin');
  mkdirSync(host);
  // The same file by another name is the program for a host.
  symlinkSync(join(bin, 'kubectl-nicdiag'), join(host, 'nicdiag'));
  const program = join(host, 'nicdiag');
  const env = { TMPDIR: temporary, XDG_RUNTIME_DIR: undefined };
  t.regex((await run(program, ['--help'], { env })).stdout, /^Usage: nicdiag /);
  const mgir = ['reg', 'MGIR', '-d', '0000:17:00.0', '--host-root', stack.emulator('gpu-b').root, '-o', 'json'];
  const read = await run(program, mgir, { env });
  t.is(read.code, 0, read.stderr);
  t.like(JSON.parse(read.stdout), { name: 'MGIR', outcome: 'ok' });
  t.deepEqual(readdirSync(temporary), []);

  // A /tmp that is mounted noexec is the rule on hardened hosts: another place is found.
  const unusable = await run(program, mgir, { env: { ...env, TMPDIR: '/proc' } });
  t.is(unusable.code, 0, unusable.stderr);
});

test('the script does the same without koffi, except for devices, and says what those need', async (t) => {
  const { built, root, stack } = t.context;
  const script = join(built, 'script/kubectl-nicdiag');
  const node = join(root, 'node-bin');
  mkdirSync(node);
  symlinkSync(process.execPath, join(node, 'node'));
  const { kubeconfig } = stack.cluster;
  const devices = await run(script, ['devices', '-o', 'name'], { path: node, kubeconfig });
  t.is(devices.code, 0, devices.stderr);
  const local = await run(script, ['reg', 'MGIR', '-d', '0000:17:00.0', '--host-root', stack.emulator('gpu-b').root], {
    path: node,
  });
  t.is(local.code, 1);
  t.regex(local.stderr, /need the executable for Linux \(amd64 or arm64\), or the npm package koffi/);
});

test('every file has its checksum, and none knows where it was built', (t) => {
  const { built } = t.context;
  const sums = readFileSync(join(built, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
  t.is(sums.length, 9);
  for (const line of sums) {
    const [sum = '', file = ''] = line.split('  ');
    t.is(
      createHash('sha256')
        .update(readFileSync(join(built, file)))
        .digest('hex'),
      sum,
      file,
    );
  }
  const script = readFileSync(join(built, 'script/kubectl-nicdiag'), 'utf8');
  t.false(script.includes(process.cwd()));
});

test('both executables carry the script and the native code of their platform', (t) => {
  const { built } = t.context;
  const script = readFileSync(join(built, 'script/kubectl-nicdiag')).subarray('#!/usr/bin/env node\n'.length);
  for (const [arch, machine] of [
    ['amd64', 0x3e],
    ['arm64', 0xb7],
  ] as const) {
    const program = readFileSync(join(built, `linux-${arch}/kubectl-nicdiag`));
    t.is(program.readUInt16LE(18), machine, arch);
    const blob = Buffer.from(readNotes(program).get('NODE_SEA_BLOB') ?? []);
    t.true(blob.includes(script), arch);
    const koffi = blob.indexOf(Buffer.from('\x7fELF', 'latin1'));
    t.is(blob.readUInt16LE(koffi + 18), machine, arch);
    t.true(program.includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1'));
    t.true(program.length < 115e6, `${arch} has ${program.length} bytes`);
  }
});

test('the npm package has one program under both names', async (t) => {
  const { built, root } = t.context;
  const project = join(root, 'npm');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name":"p","private":true}');
  const npm = ['install', '--offline', '--omit=optional', '--no-audit', '--no-fund', join(built, 'nicdiag-0.1.0.tgz')];
  const installed = await run('npm', npm, { cwd: project });
  t.is(installed.code, 0, installed.stderr);
  t.deepEqual(readdirSync(join(project, 'node_modules/.bin')).sort(), ['kubectl-nicdiag', 'nicdiag']);
  const node = { env: { PATH: `${join(process.execPath, '..')}:${process.env['PATH']}` } };
  t.regex((await run(join(project, 'node_modules/.bin/nicdiag'), ['--help'], node)).stdout, /^Usage: nicdiag /);
  t.regex(
    (await run(join(project, 'node_modules/.bin/kubectl-nicdiag'), ['--help'], node)).stdout,
    /^Usage: kubectl nicdiag /,
  );
});
