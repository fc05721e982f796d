import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  buildImages,
  IMAGES,
  type Image,
  layOut,
  PLATFORMS,
  type PlatformImage,
  readBuildInfo,
  SBOM_PATH,
  writeArchive,
} from '@nicdiag/tools/images';
import { Ajv } from 'ajv';
import test from 'ava';
import { runInImage } from './inImage.ts';

const run = promisify(execFile);
/** MB, compressed, of an image for one platform. */
const BUDGET = 45e6;
/** ELF's number of a machine. @source System V ABI, e_machine */
const MACHINES = { amd64: 62, arm64: 183 } as const;
const LIBRARIES = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' } as const;

let directory: string;
let images: readonly Image[];
test.before(async (t) => {
  t.timeout(600_000);
  directory = mkdtempSync(join(tmpdir(), 'nicdiag-images-'));
  images = await buildImages(await readBuildInfo());
  for (const image of images)
    for (const platform of image.platforms) {
      mkdirSync(rootOf(image.name, architectureOf(platform)), { recursive: true });
      await layOut(platform, rootOf(image.name, architectureOf(platform)));
    }
});
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

function rootOf(image: string, architecture: string): string {
  return join(directory, `${image}-${architecture}`);
}

function architectureOf({ manifest }: PlatformImage): 'amd64' | 'arm64' {
  return manifest.descriptor.platform?.architecture === 'arm64' ? 'arm64' : 'amd64';
}

function configOf({ config }: PlatformImage) {
  return JSON.parse(Buffer.from(config.content).toString());
}

test('there are two images, each for both platforms', (t) => {
  t.deepEqual(
    images.map(({ name }) => name),
    ['nicdiag-agent', 'nicdiag-operator'],
  );
  for (const { platforms } of images) t.deepEqual(platforms.map(architectureOf), ['amd64', 'arm64']);
});

test('an image takes less than 45 MB, and both have all but the programs in common', (t) => {
  for (const architecture of ['amd64', 'arm64'])
    t.deepEqual(sharedLayers('nicdiag-agent', architecture), sharedLayers('nicdiag-operator', architecture));
  for (const { platforms } of images)
    for (const { layers } of platforms) {
      const bytes = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
      t.true(bytes < BUDGET, `${bytes} bytes`);
      t.true((layers.at(-1)?.descriptor.size ?? 0) < 1.5e6, 'the layer that a new version brings is small');
    }
});

/** All but the last. */
function sharedLayers(name: string, architecture: string) {
  const platforms = images.find((image) => image.name === name)?.platforms ?? [];
  const layers = platforms.find((one) => architectureOf(one) === architecture)?.layers ?? [];
  return layers.slice(0, -1).map(({ descriptor }) => descriptor);
}

test('the configuration names user, program, version and licence, and what the layers unpack to', async (t) => {
  const { version, commit } = await readBuildInfo();
  for (const image of images)
    for (const platform of image.platforms) {
      const { config, rootfs, architecture, os } = configOf(platform);
      t.like({ architecture, os }, { architecture: architectureOf(platform), os: 'linux' });
      t.is(config.User, image.name === 'nicdiag-agent' ? '0:0' : '65532:65532');
      t.deepEqual(config.Entrypoint, [image.name]);
      t.is(config.Env[0], 'PATH=/usr/bin');
      t.true(config.Env.includes('MALLOC_ARENA_MAX=2'), 'memory that was freed is given back');
      const bounded = config.Env.some((variable: string) => /^NODE_OPTIONS=.*--max-old-space-size/.test(variable));
      t.is(bounded, image.name === 'nicdiag-agent', 'memory on a node is bounded');
      t.like(config.Labels, {
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.revision': commit,
        'org.opencontainers.image.licenses': 'Apache-2.0',
      });
      t.is(rootfs.diff_ids.length, platform.layers.length);
    }
});

test('every binary is for its platform, and koffi has one native file', (t) => {
  for (const image of images)
    for (const platform of image.platforms) {
      const architecture = architectureOf(platform);
      const root = rootOf(image.name, architecture);
      const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      // /lib and its like lead to the same files again.
      const paths = new Set(files.map((entry) => realpathSync(join(entry.parentPath, entry.name))));
      const found = [...paths].filter((path) => readFileSync(path).subarray(0, 4).toString('latin1') === '\x7fELF');
      for (const path of found) t.is(readFileSync(path).readUInt16LE(18), MACHINES[architecture], path);
      const names = found.map((path) => path.slice(root.length + 1));
      t.true(names.includes('usr/bin/node'));
      t.true(names.includes(`usr/lib/${LIBRARIES[architecture]}/libc.so.6`));
      const native = names.filter((name) => name.endsWith('.node'));
      t.is(native.length, image.name === 'nicdiag-agent' ? 1 : 0, native.join());
    }
});

test('nothing in an image may gain rights, and nothing but /tmp and its like is writable for everybody', (t) => {
  for (const { name } of images) {
    const root = rootOf(name, 'amd64');
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (entry.isSymbolicLink()) continue;
      const path = join(entry.parentPath, entry.name);
      const { mode } = statSync(path);
      t.is(mode & 0o6000, 0, path);
      if (!/^\/(var\/)?(tmp|lock)$/.test(path.slice(root.length))) t.is(mode & 0o002, 0, path);
    }
  }
});

test('inside and beside an image is a list of what is in it, valid by the schema of CycloneDX', (t) => {
  const resources = dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'));
  const schema = (name: string) => JSON.parse(readFileSync(join(resources, 'res/schema', name), 'utf8'));
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema(schema(`${name}.SNAPSHOT.schema.json`), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const validate = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));
  for (const image of images)
    for (const platform of image.platforms) {
      const inside = readFileSync(join(rootOf(image.name, architectureOf(platform)), SBOM_PATH), 'utf8');
      t.is(inside, platform.sbom);
      const sbom = JSON.parse(inside);
      t.true(validate(sbom), JSON.stringify(validate.errors));
      const names: string[] = sbom.components.map(({ name }: { readonly name: string }) => name);
      for (const name of ['libc6', 'libstdc++6', 'winston', 'prom-client']) t.true(names.includes(name), name);
      t.is(names.includes('koffi'), image.name === 'nicdiag-agent');
      t.is(names.includes('@kubernetes/client-node'), image.name === 'nicdiag-operator');
      for (const component of sbom.components) {
        t.true(component.licenses.length > 0, `${component.name} has a licence`);
        t.regex(component.hashes[0].content, /^([0-9a-f]{64}|[0-9a-f]{128})$/);
      }
    }
});

test("the licences of what is inside are inside: Debian's, Node's and those of every package", (t) => {
  for (const image of images) {
    const documents = join(rootOf(image.name, 'amd64'), 'usr/share/doc');
    for (const path of [
      'libc6/copyright',
      'libstdc++6/copyright',
      'nodejs/LICENSE',
      'nicdiag/LICENSE',
      'nicdiag/NOTICE',
    ])
      t.true(readFileSync(join(documents, path)).length > 1000, path);
    const texts = readFileSync(join(documents, 'nicdiag/THIRD-PARTY-LICENSES'), 'utf8');
    const { components } = JSON.parse(image.platforms[0]?.sbom ?? '{}');
    for (const { name, version, purl } of components)
      if (purl.startsWith('pkg:npm/') && !/^(node-linux|@koromix)/.test(name))
        t.true(texts.includes(`\n${name} ${version} (`) || texts.startsWith(`${name} ${version} (`), name);
  }
});

const OWN = PLATFORMS.find(({ node }) => node === process.arch);

test('every program says its version, in its root filesystem, read-only', async (t) => {
  const { version, commit, layouts } = await readBuildInfo();
  for (const [name, { programs }] of Object.entries(IMAGES))
    for (const program of Object.keys(programs)) {
      const said = await runInImage(rootOf(name, OWN?.architecture ?? ''), { PATH: '/usr/bin' }, program, '--version');
      const { node } = process.versions;
      t.is(said, `${program} ${version} (commit ${commit}, layouts ${layouts}, node ${node}, linux/${process.arch})\n`);
    }
});

test('an archive is an OCI layout, with the name that containerd gives the image', async (t) => {
  for (const image of images) {
    const path = join(directory, `${image.name}-named.oci.tar`);
    await writeArchive(path, image, `registry.example/nicdiag/${image.name}:v1`, 'v1');
    const unpacked = mkdtempSync(join(directory, 'layout-'));
    await run('tar', ['-x', '-f', path, '-C', unpacked]);
    const blobs = readdirSync(join(unpacked, 'blobs/sha256'));
    for (const digest of blobs)
      t.is(
        createHash('sha256')
          .update(readFileSync(join(unpacked, 'blobs/sha256', digest)))
          .digest('hex'),
        digest,
      );
    t.deepEqual(JSON.parse(readFileSync(join(unpacked, 'oci-layout'), 'utf8')), { imageLayoutVersion: '1.0.0' });
    const { manifests } = JSON.parse(readFileSync(join(unpacked, 'index.json'), 'utf8'));
    t.is(manifests.length, 1);
    t.true(blobs.includes(manifests[0].digest.replace('sha256:', '')));
    t.is(manifests[0].annotations['io.containerd.image.name'], `registry.example/nicdiag/${image.name}:v1`);
  }
});
