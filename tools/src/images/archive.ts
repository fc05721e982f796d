import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { blobsOf, type Image } from './ociImage.ts';

/** Writes an image as an OCI archive: a tar of an OCI layout, as `ctr images import`, `skopeo copy oci-archive:` and
 * `podman load` take it. The same image under the same name gives the same bytes.
 * @param reference registry, path and tag; containerd stores the image under it
 * @source OCI image specification, Image Layout */
export async function writeArchive(path: string, image: Image, reference: string, tag: string): Promise<void> {
  const archive = pack();
  const written = finished(archive.pipe(createWriteStream(path)));
  const entry = (name: string, content: Uint8Array | string): Promise<void> =>
    new Promise((resolve, reject) => {
      const header = { name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) };
      archive.entry(header, Buffer.from(content), (error) => (error ? reject(error) : resolve()));
    });
  const annotations = { 'io.containerd.image.name': reference, 'org.opencontainers.image.ref.name': tag };
  const manifests = [{ ...image.index.descriptor, annotations }];
  const { mediaType } = image.index.descriptor;
  await entry('index.json', JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  await entry('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  for (const { descriptor, content } of blobsOf(image))
    await entry(`blobs/${descriptor.digest.replace(':', '/')}`, content);
  archive.finalize();
  await written;
}
