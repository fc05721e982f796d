import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseManifests, provideBinaries, renderChartObjects } from '@nicdiag/tools';
import { readBuildInfo } from '@nicdiag/tools/images';
import { buildRelease } from '@nicdiag/tools/release';
import test from 'ava';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const REGISTRY = 'registry.example/nicdiag';
const RELEASE_URL = 'https://releases.example/v1';

let directory: string;
test.before(async (t) => {
  t.timeout(1_200_000);
  directory = mkdtempSync(join(tmpdir(), 'nicdiag-release-'));
  const options = { directory, registry: REGISTRY, releaseUrl: RELEASE_URL, say: () => {} };
  await buildRelease(await readBuildInfo(), options);
});
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

function read(name: string): Buffer {
  return readFileSync(join(directory, name));
}

/** Name → SHA-256. */
function sums(): Map<string, string> {
  const lines = read('SHA256SUMS').toString().trimEnd().split('\n');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

test.serial('a release has images, chart, plugin, and says all of it with checksums', (t) => {
  const names = [...sums().keys()];
  for (const name of [
    'charts/',
    'deploy/nicdiag.yaml',
    'images/nicdiag-agent.oci.tar',
    'images/nicdiag-operator.oci.tar',
    'images/nicdiag-agent-arm64.sbom.cdx.json',
    'plugin/nicdiag.yaml',
    'licences.txt',
    'manifest.json',
    'provenance.intoto.jsonl',
  ])
    t.true(
      names.some((found) => found.startsWith(name)),
      `${name} in ${names.join(', ')}`,
    );
  for (const [name, sum] of sums()) t.is(createHash('sha256').update(read(name)).digest('hex'), sum, name);
});

test.serial('the plain manifest has the objects of the chart, with the images of this release by digest', async (t) => {
  const { helm } = await provideBinaries();
  const { images } = JSON.parse(read('manifest.json').toString());
  const digestOf = (name: string) => images.find((image: { readonly name: string }) => image.name === name).digest;
  const digests = { agent: digestOf('nicdiag-agent'), operator: digestOf('nicdiag-operator') };
  const text = read('deploy/nicdiag.yaml').toString();
  t.deepEqual(parseManifests(text), [...renderChartObjects(helm, { image: { registry: REGISTRY, digests } })]);
  t.true(text.includes(`image: "${REGISTRY}/nicdiag-agent@${digests.agent}"`));
});

test.serial('the manifest and the provenance name every file that was built, and the source', async (t) => {
  const { version, commit } = await readBuildInfo();
  const manifest = JSON.parse(read('manifest.json').toString());
  t.like(manifest, { version, commit });
  const { _type, subject, predicateType, predicate } = JSON.parse(read('provenance.intoto.jsonl').toString());
  t.is(_type, 'https://in-toto.io/Statement/v1');
  t.is(predicateType, 'https://slsa.dev/provenance/v1');
  t.deepEqual(predicate.buildDefinition.resolvedDependencies[0], { name: 'source', digest: { gitCommit: commit } });
  t.like(predicate.buildDefinition.externalParameters, { registry: REGISTRY, releaseUrl: RELEASE_URL });
  const told = new Map<string, string>(
    subject.map((one: { name: string; digest: { sha256: string } }) => [one.name, one.digest.sha256]),
  );
  for (const [name, sum] of sums())
    if (!['manifest.json', 'provenance.intoto.jsonl'].includes(name)) t.is(told.get(name), sum, name);
  for (const { name, digest } of manifest.images) t.is(`sha256:${told.get(name)}`, digest);
});

test.serial('helm takes the chart of the release, which installs its images', async (t) => {
  t.timeout(600_000);
  const { helm } = await provideBinaries({ say: () => {} });
  const { version } = await readBuildInfo();
  const chart = [...sums().keys()].find((name) => name.startsWith('charts/')) ?? '';
  const set = `image.registry=${REGISTRY}`;
  const { stdout } = await run(helm, ['template', 'nicdiag', join(directory, chart), '--set', set], {
    maxBuffer: 64e6,
  });
  t.true(stdout.includes(`image: "${REGISTRY}/nicdiag-agent:${version}"`));
  t.true(stdout.includes('kind: CustomResourceDefinition'));
});

test.serial('a file in the chart that git does not know is not packed unnoticed', async (t) => {
  const copy = await copyCheckout();
  try {
    writeFileSync(join(copy, 'charts/nicdiag/stray.log'), '');
    const main = 'tools/src/release/main.ts';
    const { stderr } = (await t.throwsAsync(run(process.execPath, [main], { cwd: copy }), { any: true })) as {
      stderr: string;
    };
    t.true(stderr.includes('git does not know charts/nicdiag/stray.log'), stderr);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test.serial('the same checkout in another folder, at another time, makes the same release', async (t) => {
  t.timeout(1_200_000);
  const copy = await copyCheckout();
  try {
    const env = { ...process.env, TZ: 'Pacific/Auckland', LC_ALL: 'C.UTF-8', TMPDIR: copy };
    const command = `tools/src/release/main.ts --registry ${REGISTRY} --release-url ${RELEASE_URL}`;
    await run('sh', ['-c', `umask 077; exec '${process.execPath}' ${command}`], { cwd: copy, env });
    t.is(readFileSync(join(copy, 'dist/SHA256SUMS'), 'utf8'), read('SHA256SUMS').toString());
  } finally {
    rmSync(copy, { recursive: true });
  }
});

/** On the same filesystem, so that packages need no copy: links to the same files. */
async function copyCheckout(): Promise<string> {
  mkdirSync(`${REPOSITORY}.test`, { recursive: true });
  const copy = mkdtempSync(`${REPOSITORY}.test/another-folder-`);
  const git = (...args: readonly string[]) => run('git', ['-C', REPOSITORY, ...args], { maxBuffer: 64e6 });
  const { stdout: files } = await git('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  for (const path of files.split('\0').filter((name) => name !== ''))
    cpSync(join(REPOSITORY, path), join(copy, path), { recursive: true, verbatimSymlinks: true });
  const { stdout: repository } = await git('rev-parse', '--absolute-git-dir');
  writeFileSync(join(copy, '.git'), `gitdir: ${repository}`);
  await run('cp', ['--archive', '--link', join(REPOSITORY, 'node_modules'), copy]);
  return copy;
}
