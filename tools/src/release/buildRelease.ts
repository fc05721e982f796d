import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideBinaries } from '../binaries/provideBinaries.ts';
import { filesBelow } from '../filesBelow.ts';
import { buildImages } from '../images/buildImages.ts';
import type { BuildInfo } from '../images/buildInfo.ts';
import type { Image } from '../images/ociImage.ts';
import { writeImage } from '../images/writeImage.ts';
import { buildPlugin } from '../plugin/buildPlugin.ts';
import { buildPulumi, type PulumiArchive, packPulumi } from '../pulumi/buildPulumi.ts';
import { licenceList } from '../supplyChain/licences.ts';
import { LOCKFILES, readLockfile } from '../supplyChain/lockfile.ts';
import { provenance, type Subject } from '../supplyChain/provenance.ts';
import { chartArchive } from './chartArchive.ts';
import { plainManifest } from './plainManifest.ts';

export interface ReleaseOptions {
  /** Is made; what is in it is replaced. */
  readonly directory: string;
  /** Where the images will be: goes into their archives. */
  readonly registry: string;
  /** Where the archives will be downloaded from, for Krew. */
  readonly releaseUrl: string;
  readonly say: (line: string) => void;
}

/** Builds everything of a release. The same source gives the same files.
 * @returns what was made, sorted by name */
export async function buildRelease(build: BuildInfo, options: ReleaseOptions): Promise<Subject[]> {
  const { directory, registry, releaseUrl, say } = options;
  const { version } = build;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'charts'), { recursive: true });
  const images = await buildImages(build);
  for (const image of images) say(await writeImage(join(directory, 'images'), image, { registry, tag: version }));
  const chart = await chartArchive(version);
  writeFileSync(join(directory, 'charts', chart.name), chart.content);
  mkdirSync(join(directory, 'deploy'));
  const { helm } = await provideBinaries({ say });
  writeFileSync(join(directory, 'deploy', 'nicdiag.yaml'), plainManifest(helm, images, registry));
  await buildPlugin({ directory: join(directory, 'plugin'), version, releaseUrl, say });
  const pulumi = await pulumiArchive(helm, version);
  mkdirSync(join(directory, 'npm'));
  writeFileSync(join(directory, 'npm', pulumi.name), pulumi.content);
  writeFileSync(join(directory, 'licences.txt'), licenceList(...LOCKFILES.map((lockfile) => readLockfile(lockfile))));

  const files = subjectsBelow(directory);
  const subjects = [...files, ...images.map(imageSubject)];
  writeFileSync(join(directory, 'provenance.intoto.jsonl'), provenance(subjects, build, options));
  writeFileSync(join(directory, 'manifest.json'), `${JSON.stringify(manifest(build, images, directory), null, 2)}\n`);
  const all = subjectsBelow(directory);
  writeFileSync(join(directory, 'SHA256SUMS'), all.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''));
  return all;
}

/** Of a package built for it alone: `make pulumi` has its own. */
async function pulumiArchive(helm: string, version: string): Promise<PulumiArchive> {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-pulumi-'));
  try {
    buildPulumi({ directory, helm });
    return await packPulumi(directory, version);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** An image by its digest, as a registry and `kubectl` name it. */
function imageSubject({ name, index }: Image): Subject {
  return { name, sha256: index.descriptor.digest.replace('sha256:', '') };
}

/** All there is, for programs: files with size and checksum, images with the digests of their platforms. */
function manifest({ version, commit, layouts, epoch }: BuildInfo, images: readonly Image[], directory: string) {
  return {
    ...{ version, commit, layouts, created: new Date(epoch * 1000).toISOString() },
    images: images.map(({ name, index, platforms }) => ({
      ...{ name, digest: index.descriptor.digest, tag: version },
      platforms: platforms.map(({ manifest: { descriptor }, layers }) => ({
        architecture: descriptor.platform?.architecture,
        digest: descriptor.digest,
        compressedBytes: layers.reduce((sum, layer) => sum + layer.descriptor.size, 0),
      })),
    })),
    files: subjectsBelow(directory).map(({ name, sha256 }) => {
      return { name, bytes: readFileSync(join(directory, name)).length, sha256 };
    }),
  };
}

function subjectsBelow(directory: string): Subject[] {
  return filesBelow(directory).map((name) => ({
    name,
    sha256: createHash('sha256')
      .update(readFileSync(join(directory, name)))
      .digest('hex'),
  }));
}
