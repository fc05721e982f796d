import { constants, createZstdCompress, type ZstdCompress, zstdCompressSync } from 'node:zlib';
import { CHUNK_LENGTH } from '../readFileChunks.ts';

/** Level 1: 161 MB/s at a ratio of 6.5 on dump-like data; level 3 is 66 MB/s at 5.9. The checksum lets any reader notice
 * damage without the manifest. `nbWorkers` is left alone: it makes Node's stream fail. */
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };

/** One zstd frame. The same bytes give the same frame, however `source` is cut into chunks.
 * @param source asked for its next chunk only when the encoder is done with the last one */
export async function* compress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  const encoder = createZstdCompress({ params: PARAMS, chunkSize: 256 * 1024 });
  const fed = feed(encoder, source);
  // The encoder is destroyed with the error, which the loop below throws.
  fed.catch((error: unknown) => encoder.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const chunk of encoder) yield chunk as Buffer;
  } finally {
    encoder.destroy();
  }
}

async function feed(encoder: ZstdCompress, source: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of rechunk(source)) {
    await new Promise<void>((resolve, reject) => {
      encoder.once('close', resolve);
      encoder.write(chunk, (error) => {
        encoder.off('close', resolve);
        if (error) reject(error);
        else resolve();
      });
    });
    // Nobody reads any further.
    if (encoder.destroyed) return;
  }
  encoder.end();
}

/** One zstd frame of something small. */
export function compressSmall(bytes: Uint8Array): Buffer {
  return zstdCompressSync(bytes, { params: PARAMS });
}

/** The encoder's output depends on how its input is cut, so it always gets whole chunks. */
async function* rechunk(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of source) {
    let rest = bytes;
    while (length + rest.byteLength >= CHUNK_LENGTH) {
      const take = CHUNK_LENGTH - length;
      yield length === 0 ? rest.subarray(0, take) : Buffer.concat([...parts, rest.subarray(0, take)]);
      rest = rest.subarray(take);
      parts = [];
      length = 0;
    }
    // The chunk is good until the next one only.
    if (rest.byteLength > 0) parts.push(Buffer.from(rest));
    length += rest.byteLength;
  }
  if (length > 0) yield Buffer.concat(parts);
}
