import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { type Digest, digestFromHex } from '../digest.ts';
import { compress, freeOutput } from '../zstd/compress.ts';

/** A finished file of a collector, compressed on disk and ready to be uploaded. */
export interface SpooledBlob {
  /** File name in the bundle, e.g. `raw.bin`. */
  readonly name: string;
  readonly mediaType: string;
  readonly digest: Digest;
  /** Uncompressed bytes. */
  readonly size: number;
  /** Bytes of the zstd file. */
  readonly storedSize: number;
  /** Path of the zstd file: one frame. */
  readonly path: string;
}

/** Hashes and compresses `source` into `path`, in 1 MiB chunks. The file appears under its name only when it is whole
 * and on disk. */
export async function writeBlob(
  path: string,
  source: AsyncIterable<Uint8Array>,
): Promise<Pick<SpooledBlob, 'digest' | 'size' | 'storedSize' | 'path'>> {
  const hash = createHash('sha256');
  let size = 0;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.byteLength;
      yield chunk;
    }
  }
  const partial = `${path}.part`;
  await using file = await open(partial, 'w');
  let storedSize = 0;
  for await (const chunk of compress(hashed())) {
    await file.writeFile(chunk);
    storedSize += chunk.byteLength;
    freeOutput(chunk);
  }
  await file.datasync();
  await rename(partial, path);
  return { digest: digestFromHex(hash.digest('hex')), size, storedSize, path };
}
