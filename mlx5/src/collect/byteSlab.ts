/** Size of the blocks that inboxes and outboxes are cut from: a batch of items is then one block, which goes to the main
 * thread without a copy. */
const SLAB_BYTES = 64 * 1024;

/** Hands out zeroed memory from large blocks. A command's buffers come from here, the kernel writes the answer into
 * them, and the block is transferred as it is. */
export interface ByteSlab {
  allocate(length: number): Uint8Array;
  /** Gives up all blocks handed out since the last call, for a transfer list. Their views are dead afterwards. */
  release(): ArrayBuffer[];
}

export function createByteSlab(): ByteSlab {
  let blocks: ArrayBuffer[] = [];
  let used = 0;

  function allocate(length: number): Uint8Array {
    let block = blocks.at(-1);
    if (block === undefined || used + length > block.byteLength) {
      block = new ArrayBuffer(Math.max(SLAB_BYTES, length));
      blocks.push(block);
      used = 0;
    }
    const bytes = new Uint8Array(block, used, length);
    // Structures of the PRM are made of 64-bit words at most.
    used += (length + 7) & ~7;
    return bytes;
  }

  function release(): ArrayBuffer[] {
    const given = blocks;
    blocks = [];
    used = 0;
    return given;
  }

  return { allocate, release };
}
