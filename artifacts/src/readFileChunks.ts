import type { FileHandle } from 'node:fs/promises';

/** All hashing, compressing and sending goes in pieces of this size: memory stays bounded whatever a dump's size. */
export const CHUNK_LENGTH = 1024 * 1024;

/** The bytes of an open file from `start` on, in chunks of 1 MiB (the last one shorter). Every chunk is a buffer of its own.
 * @param end exclusive; default the end of the file */
export async function* readFileChunks(
  file: FileHandle,
  { start = 0, end = Number.POSITIVE_INFINITY }: { readonly start?: number; readonly end?: number } = {},
): AsyncGenerator<Buffer, void> {
  let position = start;
  while (position < end) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_LENGTH, end - position));
    const { bytesRead } = await file.read(chunk, 0, chunk.byteLength, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
