import { existsSync, mkdirSync } from 'node:fs';
import { writeArchive } from '../images/archive.ts';
import { buildImages } from '../images/buildImages.ts';
import { readBuildInfo } from '../images/buildInfo.ts';
import { PLATFORMS } from '../images/platform.ts';
import { REPOSITORY } from '../stack/paths.ts';

/** The chart's value image.registry where images come from archives. */
export const REGISTRY = 'localhost';
const NAMES = ['nicdiag-agent', 'nicdiag-operator'] as const;

/** Where {@link buildNicdiagImages} puts them. */
const DIRECTORY = `${REPOSITORY}.cluster/images`;

/** Builds the images of this checkout for this machine, as OCI archives. The chart finds them with `image.registry`
 * {@link REGISTRY}. Some ten seconds.
 * @returns their paths */
export async function buildNicdiagImages(): Promise<string[]> {
  const build = await readBuildInfo();
  const platforms = PLATFORMS.filter(({ node }) => node === process.arch);
  mkdirSync(DIRECTORY, { recursive: true });
  for (const image of await buildImages(build, platforms))
    await writeArchive(archiveOf(image.name), image, `${REGISTRY}/${image.name}:${build.version}`, build.version);
  return nicdiagImages();
}

/** The archives that were built last.
 * @throws Error when there are none */
export function nicdiagImages(): string[] {
  const archives = NAMES.map(archiveOf);
  if (archives.every((path) => existsSync(path))) return archives;
  throw new Error(`no images in ${DIRECTORY}; "make e2e" builds them before its tests`);
}

function archiveOf(name: string): string {
  return `${DIRECTORY}/${name}.oci.tar`;
}
