import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseManifests, provideBinaries, startCluster } from '@nicdiag/tools';
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
    'npm/nicdiag-pulumi-',
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

test.serial('an API server takes the plain manifest as it is, with the images of the archives beside it', async (t) => {
  t.timeout(600_000);
  const text = read('deploy/nicdiag.yaml').toString();
  t.notRegex(text, /helm\.sh\/hook/);
  const objects = parseManifests(text);
  const count = new Map<string, number>();
  for (const { kind } of objects) count.set(kind, (count.get(kind) ?? 0) + 1);
  t.like(Object.fromEntries(count), { Namespace: 2, CustomResourceDefinition: 5, Deployment: 2, DaemonSet: 1 });

  const said = new Set(JSON.stringify(objects).match(/"image":"[^"]*"/g));
  t.deepEqual(
    [...said].sort(),
    ['nicdiag-agent', 'nicdiag-operator'].map((name) => `"image":"${REGISTRY}/${name}@${archived(name)}"`),
  );

  await using cluster = await startCluster();
  const applied = await cluster.kubectl(['apply', '--server-side', '-f', join(directory, 'deploy/nicdiag.yaml')]);
  t.is(applied.trim().split('\n').length, objects.length, applied);
  const health = await cluster.kubectl(['-n', 'nicdiag-agent', 'get', 'daemonset', 'nicdiag-agent', '-o', 'name']);
  t.is(health.trim(), 'daemonset.apps/nicdiag-agent');
});

/** The digest of the image for all platforms, as the archive's own index says. */
function archived(name: string): string {
  const archive = join(directory, `images/${name}.oci.tar`);
  const index = JSON.parse(execFileSync('tar', ['-xOf', archive, 'index.json'], { encoding: 'utf8' }));
  return index.manifests[0].digest;
}

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

test.serial('npm takes the Pulumi package of the release, and it says what it needs', async (t) => {
  const name = [...sums().keys()].find((found) => found.startsWith('npm/')) ?? '';
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', join(directory, name)], { cwd: directory });
  const [{ files, version }] = JSON.parse(stdout);
  t.is(version, (await readBuildInfo()).version);
  const paths: string[] = files.map(({ path }: { readonly path: string }) => path);
  for (const path of [
    'package.json',
    'LICENSE',
    'NOTICE',
    'README.md',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/chart.json',
  ])
    t.true(paths.includes(path), path);
  t.false(paths.some((path) => path.includes('node_modules')));
  const { stdout: manifest } = await run('tar', ['-xzOf', join(directory, name), 'package/package.json']);
  t.like(JSON.parse(manifest), { name: '@nicdiag/pulumi', license: 'Apache-2.0' });
  t.false('private' in JSON.parse(manifest));
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
  await run('cp', ['--archive', '--link', join(REPOSITORY, 'pulumi/node_modules'), join(copy, 'pulumi')]);
  return copy;
}
