import { pushImage, readCredentials } from '@nicdiag/tools/images';
import { smallImages } from './smallImages.ts';

/* `pushOne.ts HOST`: pushes a small image to `HOST/team` over HTTPS, as whoever has logged in. A process of its own, which is told whom
 * to trust when it starts (NODE_EXTRA_CA_CERTS), as that of `make push` is. Prints how many blobs were sent. */
const [host = ''] = process.argv.slice(2);
const [image] = await smallImages();
if (image === undefined) throw new Error('there is no image');
try {
  const { sent } = await pushImage(image, { host, path: 'team', tag: 'v1', plain: false }, readCredentials(host));
  console.log(sent);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
