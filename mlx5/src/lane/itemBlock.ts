import type { Frame, Item } from '../collect/item.ts';
import { describeItem, parseDescription } from '../collect/itemDescription.ts';

/** A block of memory that a lane's thread fills with items and the main thread reads. It is shared, so that items go over
 * without being cloned, and what lies in a block that was never sent can still be read when its thread hangs or dies.
 *
 * From the front: bytes of commands and descriptions of items. From the back: rows of numbers, an item's frames and then
 * its own row. In between: room. The header says up to where both are finished. */

/** Words of the header: whose the block is (0 the thread's, 1 the main thread's), lowest word of the finished rows (0 for
 * none), end of the bytes that those point to. */
const STATE = 0;
const ROWS_FROM = 1;
const BYTES_TO = 2;
const HEADER_BYTES = 16;

/** A frame's row: opcode, op_mod, register id, status, syndrome, errno, inbox and outbox as offset and length, start and
 * duration as 64-bit numbers. */
const FRAME_WORDS = 14;
const STARTED = 10;
const ELAPSED = 12;
/** An item's row: its description as offset and length, its outcome, how many frames lie below. */
const ITEM_WORDS = 4;

const OUTCOMES = ['ok', 'refused', 'failed', 'absent'] as const;

/** The thread's end of a block. */
export interface ItemBlockWriter {
  /** Items in it. */
  readonly items: number;
  /** Bytes in use. */
  readonly used: number;
  /** Whether all memory handed out belongs to items that are in it. */
  readonly settled: boolean;
  /** Zeroed memory for a command; undefined when there is no room. */
  allocate(length: number): Uint8Array | undefined;
  /** Puts an item in. Bytes that lie in this block already stay where they are.
   * @returns false when there is no room; nothing has changed then */
  add(item: Item): boolean;
  /** Makes it empty. All memory handed out is used anew. */
  clear(): void;
  /** From now on it is the main thread's. */
  handOver(): void;
  /** Waits until the main thread has given it back. */
  waitUntilFree(): void;
}

export function createItemBlock(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(aligned(bytes));
}

/** Bytes that a block needs to hold one item alone. */
export function blockBytesFor(item: Item): number {
  let bytes = HEADER_BYTES + aligned(describeItem(item).length) + (ITEM_WORDS + item.frames.length * FRAME_WORDS) * 4;
  for (const { inbox, outbox } of item.frames) bytes += aligned(inbox.length) + aligned(outbox.length);
  return bytes;
}

export function createItemBlockWriter(memory: SharedArrayBuffer): ItemBlockWriter {
  const header = new Int32Array(memory, 0, HEADER_BYTES / 4);
  const bytes = new Uint8Array(memory);
  const words = new Uint32Array(memory);
  const times = new BigInt64Array(memory);
  let front = HEADER_BYTES;
  /** Up to where memory handed out belongs to items. */
  let settledTo = front;
  let back = words.length;
  let items = 0;

  function room(): number {
    return back * 4 - front;
  }

  function allocate(length: number): Uint8Array | undefined {
    const at = reserve(length);
    return at === undefined ? undefined : new Uint8Array(memory, at, length);
  }

  function reserve(length: number): number | undefined {
    if (aligned(length) > room()) return undefined;
    const at = front;
    front += aligned(length);
    return at;
  }

  function add(item: Item): boolean {
    const { frames } = item;
    const description = describeItem(item);
    let wanted = aligned(description.length) + (ITEM_WORDS + frames.length * FRAME_WORDS) * 4;
    let end = settledTo;
    for (const { inbox, outbox } of frames) {
      if (inbox.buffer !== memory) wanted += aligned(inbox.length);
      else end = Math.max(end, inbox.byteOffset + aligned(inbox.length));
      if (outbox.buffer !== memory) wanted += aligned(outbox.length);
      else end = Math.max(end, outbox.byteOffset + aligned(outbox.length));
    }
    if (wanted > room()) return false;
    const last = end === front;
    let row = back - ITEM_WORDS - frames.length * FRAME_WORDS;
    back = row;
    for (const frame of frames) {
      writeFrame(row, frame);
      row += FRAME_WORDS;
    }
    words[row] = place(description);
    words[row + 1] = description.length;
    words[row + 2] = OUTCOMES.indexOf(item.outcome);
    words[row + 3] = frames.length;
    if (last) settledTo = front;
    items += 1;
    header[BYTES_TO] = front;
    // The last write: who sees it sees the others.
    Atomics.store(header, ROWS_FROM, back);
    return true;
  }

  function writeFrame(row: number, frame: Frame): void {
    words[row] = frame.opcode;
    words[row + 1] = frame.opMod;
    words[row + 2] = frame.registerId;
    words[row + 3] = frame.status;
    words[row + 4] = frame.syndrome;
    words[row + 5] = frame.errno;
    words[row + 6] = place(frame.inbox);
    words[row + 7] = frame.inbox.length;
    words[row + 8] = place(frame.outbox);
    words[row + 9] = frame.outbox.length;
    times[(row + STARTED) / 2] = frame.startedNs;
    times[(row + ELAPSED) / 2] = frame.elapsedNs;
  }

  function place(source: Uint8Array): number {
    if (source.buffer === memory) return source.byteOffset;
    const at = front;
    bytes.set(source, at);
    front += aligned(source.length);
    return at;
  }

  return {
    get items() {
      return items;
    },
    get used() {
      return bytes.length - room();
    },
    get settled() {
      return settledTo === front;
    },
    allocate,
    add,
    clear() {
      bytes.fill(0, HEADER_BYTES);
      front = HEADER_BYTES;
      settledTo = front;
      back = words.length;
      items = 0;
      Atomics.store(header, ROWS_FROM, 0);
    },
    handOver: () => void Atomics.store(header, STATE, 1),
    waitUntilFree() {
      while (Atomics.load(header, STATE) !== 0) Atomics.wait(header, STATE, 1);
    },
  };
}

/** Gives a block back to its thread. */
export function freeItemBlock(memory: SharedArrayBuffer): void {
  const header = new Int32Array(memory, 0, HEADER_BYTES / 4);
  Atomics.store(header, ROWS_FROM, 0);
  Atomics.store(header, STATE, 0);
  Atomics.notify(header, STATE);
}

/** Items of a block that its thread has not handed over, and never will. */
export function unsentItems(memory: SharedArrayBuffer): readonly Item[] {
  const header = new Int32Array(memory, 0, HEADER_BYTES / 4);
  return Atomics.load(header, STATE) === 0 ? readItemBlock(memory) : [];
}

/** The finished items of a block, in the order in which they were put in. Their bytes are a copy: the block may be used
 * anew afterwards, and while it is read its thread may go on. */
export function readItemBlock(memory: SharedArrayBuffer): readonly Item[] {
  const header = new Int32Array(memory, 0, HEADER_BYTES / 4);
  const from = Atomics.load(header, ROWS_FROM);
  if (from === 0) return [];
  const words = new Uint32Array(memory);
  const times = new BigInt64Array(memory);
  const bytes = new Uint8Array(memory, 0, header[BYTES_TO]).slice();
  const text = Buffer.from(bytes.buffer);
  const items: Item[] = [];
  for (let end = words.length; end > from; ) {
    const row = end - ITEM_WORDS;
    const word = (at: number): number => words[row + at] ?? 0;
    end = row - word(3) * FRAME_WORDS;
    const frames: Frame[] = [];
    for (let frame = end; frame < row; frame += FRAME_WORDS) frames.push(readFrame(words, times, bytes, frame));
    const description = parseDescription(text.toString('utf8', word(0), word(0) + word(1)));
    items.push({ ...description, outcome: OUTCOMES[word(2)] ?? 'failed', frames });
  }
  return items;
}

function readFrame(words: Uint32Array, times: BigInt64Array, bytes: Uint8Array, row: number): Frame {
  const word = (at: number): number => words[row + at] ?? 0;
  return {
    opcode: word(0),
    opMod: word(1),
    registerId: word(2),
    status: word(3),
    syndrome: word(4),
    errno: word(5),
    startedNs: times[(row + STARTED) / 2] ?? 0n,
    elapsedNs: times[(row + ELAPSED) / 2] ?? 0n,
    inbox: bytes.subarray(word(6), word(6) + word(7)),
    outbox: bytes.subarray(word(8), word(8) + word(9)),
  };
}

/** Structures of the PRM are made of 64-bit words at most. */
function aligned(length: number): number {
  return (length + 7) & ~7;
}
