import type { Item } from '@nicdiag/mlx5';

/** Smaller ones are not worth the while. */
const WORTH_BYTES = 32 * 1024;

/** Gives the memory of items back at once, which are on disk and not looked at any more: what is in them is gone. Left to
 * the garbage collector, some 50 MiB of a large dump pile up before it runs, half of what an agent may have. */
export function freeItems(items: readonly Item[]): void {
  const buffers = new Set<ArrayBufferLike>();
  for (const { frames } of items) for (const { inbox, outbox } of frames) buffers.add(inbox.buffer).add(outbox.buffer);
  for (const buffer of buffers) {
    if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength >= WORTH_BYTES) buffer.transfer(0);
  }
}
