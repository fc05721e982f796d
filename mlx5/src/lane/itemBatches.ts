import type { ByteSlab } from '../collect/byteSlab.ts';
import { copyOfFrame, type Item } from '../collect/item.ts';
import type { Placing } from '../collect/placing.ts';
import { createItemBlock } from './itemBlock.ts';
import {
  blockBytesFor,
  createItemBlockWriter,
  createNamedNumbers,
  type ItemBlockWriter,
  type NamedNumbers,
} from './itemBlockWriter.ts';

/** A block goes out when it is this full, or its first item this old. Nothing is lost in a block that is not sent: the
 * age is for those who watch. */
const FULL_BYTES = 112 * 1024;
const OLDEST_MS = 20;
/** How often the age is looked at, in items, and after which command at once. */
const CLOCK_EVERY = 8;
const LONG_NS = 1_000_000n;

/** Room of one block. */
const BLOCK_BYTES = 128 * 1024;
/** Memory of its own for a large item is made in such steps, with room for what is not known of the item yet when its
 * largest answer comes: description, numbers, mailboxes. */
const LARGE_STEP = 256 * 1024;
const LARGE_SPARE = 16 * 1024;

/** The two blocks of a thread: one is filled while the main thread works on the other. That is all the memory that items
 * take on their way, and all the back-pressure there is. */
export function createItemBlocks(): readonly SharedArrayBuffer[] {
  return [createItemBlock(BLOCK_BYTES), createItemBlock(BLOCK_BYTES)];
}

/** Gathers items: crossing to the main thread costs 18–62 µs, once a block. Commands get their memory from the block that
 * their item will lie in. */
export interface ItemBatches extends ByteSlab {
  readonly placing: Placing;
  /** Items that were put in, ever. */
  readonly count: number;
  add(item: Item): void;
  flush(): void;
}

/** What a thread keeps for the items of all its jobs. */
export interface ItemMemory {
  readonly writers: readonly ItemBlockWriter[];
  readonly named: NamedNumbers;
  /** For items that are larger than a block, one at a time. As large as the largest was: left to the garbage collector,
   * such memory piles up. */
  large?: LargeBlock;
}

interface LargeBlock {
  readonly memory: SharedArrayBuffer;
  readonly writer: ItemBlockWriter;
}

/** @param blocks of `createItemBlocks` */
export function createItemMemory(blocks: readonly SharedArrayBuffer[]): ItemMemory {
  const named = createNamedNumbers();
  return { named, writers: blocks.map((memory) => createItemBlockWriter(memory, named)) };
}

/** @param send hands a full block over: the number of one of the blocks, or memory of its own for an item that is larger */
export function createItemBatches(
  itemMemory: ItemMemory,
  send: (block: number | SharedArrayBuffer) => void,
): ItemBatches {
  const { writers, named } = itemMemory;
  let turn = 0;
  let current: ItemBlockWriter | undefined;
  let since = 0;
  let count = 0;
  /** Whether an answer that found no room in a block lies in the large one, its item not yet added. */
  let inLarge = false;

  /** The block to fill; waits for the main thread when it has them all. */
  function block(): ItemBlockWriter {
    if (current !== undefined) return current;
    const next = writers[turn];
    if (next === undefined) throw new Error('a lane needs blocks for its items');
    next.waitUntilFree();
    next.clear();
    current = next;
    return next;
  }

  function allocate(length: number): Uint8Array {
    const memory = block().allocate(length);
    if (memory !== undefined) return memory;
    // What the item under way has is in this block: then the rest of it lies elsewhere, until it is added.
    if (block().settled) flush();
    return block().allocate(length) ?? allocateLarge(length);
  }

  /** Where its item will most likely go to the main thread. */
  function allocateLarge(length: number): Uint8Array {
    if (!inLarge) clearLarge(length + LARGE_SPARE);
    const memory = itemMemory.large?.writer.allocate(length);
    inLarge ||= memory !== undefined;
    return memory ?? new Uint8Array(length);
  }

  /** The large block, empty, once the main thread is done with its last item. */
  function clearLarge(room: number): LargeBlock {
    let { large } = itemMemory;
    large?.writer.waitUntilFree();
    if (large === undefined || large.memory.byteLength < room) {
      const memory = createItemBlock(LARGE_STEP * Math.ceil(room / LARGE_STEP));
      large = { memory, writer: createItemBlockWriter(memory, named) };
      itemMemory.large = large;
    } else large.writer.clear();
    inLarge = false;
    return large;
  }

  function add(item: Item): void {
    if (!block().add(item)) {
      flush();
      if (!block().add(item)) sendAlone(item);
    }
    if (liesInLarge(item)) inLarge = false;
    count += 1;
    flushIfDue();
  }

  function liesInLarge({ frames }: Item): boolean {
    const memory = itemMemory.large?.memory;
    return inLarge && frames.some(({ inbox, outbox }) => inbox.buffer === memory || outbox.buffer === memory);
  }

  function flushIfDue(): void {
    const { items, used, settled } = block();
    const nowMs = Date.now();
    if (items === 1) since = nowMs;
    if (settled && items > 0 && (used >= FULL_BYTES || Math.abs(nowMs - since) >= OLDEST_MS)) flush();
  }

  const placing: Placing = {
    get memory() {
      return block().bytes;
    },
    begin(read) {
      const mailboxes = block().begin(read);
      if (mailboxes !== undefined || !block().settled) return mailboxes;
      flush();
      return block().begin(read);
    },
    finish(read, mailboxes, result) {
      const current = block();
      current.finish(read, mailboxes, result);
      count += 1;
      // Asking for the time costs; commands that take little of it are asked for now and then.
      if (current.items % CLOCK_EVERY === 1 || result.elapsedNs > LONG_NS) flushIfDue();
    },
  };

  function flush(): void {
    if (current === undefined || current.items === 0) return;
    current.handOver();
    current = undefined;
    const sent = turn;
    turn = (turn + 1) % writers.length;
    send(sent);
  }

  function sendAlone(item: Item): void {
    let { large } = itemMemory;
    // Not where its bytes are: the block would be cleared of them.
    if (!inLarge || large === undefined || !large.writer.add(item)) {
      const whole = liesInLarge(item) ? { ...item, frames: item.frames.map(copyOfFrame) } : item;
      large = clearLarge(blockBytesFor(whole));
      large.writer.add(whole);
    }
    inLarge = false;
    large.writer.handOver();
    block().clear();
    send(large.memory);
  }

  return {
    allocate,
    placing,
    get count() {
      return count;
    },
    add,
    flush,
  };
}
