import { parseArgs } from 'node:util';
import { REPOSITORY } from '../stack/paths.ts';
import { buildImages } from './buildImages.ts';
import { readBuildInfo } from './buildInfo.ts';
import { blobsOf } from './ociImage.ts';
import { PLATFORMS } from './platform.ts';
import { writeImage } from './writeImage.ts';

/* `main.ts [--registry HOST/PATH] [--platform amd64|arm64]`: builds the images into dist/images and says what came of it. */
const { values } = parseArgs({
  options: { registry: { type: 'string', default: 'localhost' }, platform: { type: 'string' } },
});
const platforms = PLATFORMS.filter(
  ({ architecture }) => values.platform === undefined || architecture === values.platform,
);
if (platforms.length === 0)
  throw new Error(`--platform must be ${PLATFORMS.map((one) => one.architecture).join(' or ')}`);

const MIB = 1024 * 1024;
const directory = `${REPOSITORY}dist/images`;
const build = await readBuildInfo();
for (const image of await buildImages(build, platforms)) {
  const reference = await writeImage(directory, image, { registry: values.registry, tag: build.version });
  const sizes = image.platforms.map(({ manifest, layers }) => {
    const bytes = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
    return `${manifest.descriptor.platform?.architecture} ${(bytes / MIB).toFixed(1)} MiB`;
  });
  console.log(
    `${reference}\n  ${image.index.descriptor.digest}\n  ${sizes.join(', ')}; ${blobsOf(image).length} blobs\n  ${directory}/${image.name}.oci.tar`,
  );
}
