import { constants, createZstdCompress, type ZstdCompress, zstdCompressSync } from 'node:zlib';
import { CHUNK_LENGTH } from '../readFileChunks.ts';

/** Level 1: 161 MB/s at a ratio of 6.5 on dump-like data; level 3 is 66 MB/s at 5.9. The checksum lets any reader notice
 * damage without the manifest. `nbWorkers` is left alone: it makes Node's stream fail. */
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };

/** Of its output the encoder makes pieces in memory of this size, one after another. */
const OUTPUT_LENGTH = 256 * 1024;

/** One zstd frame. The same bytes give the same frame, however `source` is cut into chunks.
 * @param source asked for its next chunk only when the encoder is done with the last one */
export async function* compress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  const encoder = createZstdCompress({ params: PARAMS, chunkSize: OUTPUT_LENGTH });
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

/** Gives the memory of output back at once that has been written where it goes, and all of the same memory before it.
 * Left to the garbage collector, some 20 MiB of a large file's pile up before it runs.
 * @param chunk of `compress`, in the order in which they came */
export function freeOutput({ buffer, byteOffset, byteLength }: Uint8Array): void {
  const isLast = byteOffset + byteLength === buffer.byteLength;
  if (isLast && buffer instanceof ArrayBuffer && buffer.byteLength === OUTPUT_LENGTH) buffer.transfer(0);
}

/** The encoder's output depends on how its input is cut, so it always gets whole chunks, each good until the next. */
async function* rechunk(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK_LENGTH);
  let length = 0;
  for await (const bytes of source) {
    let rest = bytes;
    while (length + rest.byteLength >= CHUNK_LENGTH) {
      const front = rest.subarray(0, CHUNK_LENGTH - length);
      if (length > 0) chunk.set(front, length);
      yield length === 0 ? front : chunk;
      rest = rest.subarray(front.byteLength);
      length = 0;
    }
    chunk.set(rest, length);
    length += rest.byteLength;
  }
  if (length > 0) yield chunk.subarray(0, length);
}
