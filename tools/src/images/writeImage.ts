import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeArchive } from './archive.ts';
import type { Image } from './ociImage.ts';

/** Writes what `dist/images` has of an image: its archive, and beside it what is inside, for each platform.
 * @param registry goes before the image's name: registry and path
 * @returns the name under which containerd stores it */
export async function writeImage(
  directory: string,
  image: Image,
  { registry, tag }: { readonly registry: string; readonly tag: string },
): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const reference = `${registry}/${image.name}:${tag}`;
  await writeArchive(join(directory, `${image.name}.oci.tar`), image, reference, tag);
  for (const { manifest, sbom } of image.platforms) {
    const architecture = manifest.descriptor.platform?.architecture;
    writeFileSync(join(directory, `${image.name}-${architecture}.sbom.cdx.json`), sbom);
  }
  return reference;
}
