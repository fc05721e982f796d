import { imageSbom } from '../supplyChain/sbom.ts';
import { baseLayers } from './baseLayers.ts';
import type { BuildInfo } from './buildInfo.ts';
import { IMAGES } from './imageTable.ts';
import { packLayer } from './layer.ts';
import { type Image, imageIndex, labels, type PlatformImage, platformImage } from './ociImage.ts';
import { PLATFORMS, type Platform } from './platform.ts';
import { programFiles } from './programFiles.ts';
import { file } from './treeEntry.ts';

/** Where an image has the list of what is in it. */
export const SBOM_PATH = 'usr/share/nicdiag/sbom.cdx.json';

/** Assembles all images, each for all platforms. */
export async function buildImages(build: BuildInfo, platforms: readonly Platform[] = PLATFORMS): Promise<Image[]> {
  const made = new Map<string, PlatformImage[]>(Object.keys(IMAGES).map((name) => [name, []]));
  for (const platform of platforms) {
    const base = await baseLayers(platform);
    for (const [name, definition] of Object.entries(IMAGES)) {
      const { entries, packages } = await programFiles(definition, platform, build);
      const sbom = imageSbom(name, platform, packages, build);
      const program = await packLayer(definition.title, [...entries, file(SBOM_PATH, sbom)], build.epoch);
      made.get(name)?.push(platformImage(definition, platform, [...base, program], build, sbom));
    }
  }
  return Object.entries(IMAGES).map(([name, definition]) =>
    imageIndex(name, made.get(name) ?? [], labels(definition, build)),
  );
}
