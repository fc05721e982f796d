import {
  file,
  IMAGES,
  type Image,
  imageIndex,
  PLATFORMS,
  packLayer,
  platformImage,
  readBuildInfo,
} from '@nicdiag/tools/images';

/** Small images with the shape of the real ones: two layers in common, one of their own, two platforms. */
export async function smallImages(): Promise<Image[]> {
  const build = await readBuildInfo();
  const layer = (text: string) => packLayer(text, [file('usr/file', text)], 0);
  const common = [await layer('library'), await layer('node')];
  return Promise.all(
    Object.entries(IMAGES).map(async ([name, definition]) => {
      const own = await layer(`programs of ${name}`);
      const platforms = PLATFORMS.map((one) => platformImage(definition, one, [...common, own], build, '{}'));
      return imageIndex(name, platforms, {});
    }),
  );
}
