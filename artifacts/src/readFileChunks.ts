import type { FileHandle } from 'node:fs/promises';

/** All hashing, compressing and sending goes in pieces of this size: memory stays bounded whatever a dump's size. */
export const CHUNK_LENGTH = 1024 * 1024;

export interface ReadFileOptions {
  /** @default the start of the file */
  readonly start?: number;
  /** Exclusive.
   * @default the end of the file */
  readonly end?: number;
  /** All chunks lie in the same memory: each is good until the next is asked for. For large files, of which the garbage
   * collector would let some 70 MiB pile up.
   * @default false: every chunk is a buffer of its own */
  readonly reuse?: boolean;
  /** @default CHUNK_LENGTH */
  readonly chunkLength?: number;
}

/** The bytes of an open file, in chunks of 1 MiB (the last one shorter). */
export async function* readFileChunks(
  file: FileHandle,
  { start = 0, end = Number.POSITIVE_INFINITY, reuse = false, chunkLength = CHUNK_LENGTH }: ReadFileOptions = {},
): AsyncGenerator<Buffer, void> {
  const shared = reuse ? Buffer.allocUnsafeSlow(Math.min(chunkLength, Math.max(0, end - start))) : undefined;
  try {
    let position = start;
    while (position < end) {
      const length = Math.min(chunkLength, end - position);
      const chunk = shared?.subarray(0, length) ?? Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(chunk, 0, chunk.byteLength, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    shared?.buffer.transfer(0);
  }
}
