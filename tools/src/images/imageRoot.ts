import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { PlatformImage } from './ociImage.ts';
import { readTar } from './treeEntry.ts';

/** Lays the layers of an image out as the root filesystem that a container would see. All of it belongs to whoever
 * calls: in a user namespace, to root.
 * @param directory exists and is empty */
export async function layOut({ layers }: PlatformImage, directory: string): Promise<void> {
  for (const { content } of layers) {
    const tar = await promisify(zstdDecompress)(content);
    for (const entry of await readTar(Readable.from([tar]))) {
      const path = join(directory, entry.path);
      if (entry.kind === 'directory') mkdirSync(path, { recursive: true });
      else if (entry.kind === 'link') symlinkSync(entry.target, path);
      else writeFileSync(path, entry.content);
      if (entry.kind !== 'link') chmodSync(path, entry.mode);
    }
  }
}
