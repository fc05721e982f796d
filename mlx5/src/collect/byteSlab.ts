import type { Placing } from './placing.ts';

/** Memory for commands' inboxes and outboxes. In a lane it is the block that goes to the main thread (itemBatches.ts), so
 * that the kernel writes an answer where it stays. */
export interface ByteSlab {
  /** Zeroed memory. A collector that reads far ahead of what it yields may find it used anew: yield an item before the
   * next one is read. */
  allocate(length: number): Uint8Array;
  /** Where items need not be made of objects. */
  readonly placing?: Placing;
}

/** Memory of its own for each command, for collectors outside of a lane. */
export function createByteSlab(): ByteSlab {
  return { allocate: (length) => new Uint8Array(length) };
}
