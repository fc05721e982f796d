import type { Frame, Item } from '../collect/item.ts';
import { type ItemIdentity, parseDescription } from '../collect/itemDescription.ts';

/** A block of memory that a lane's thread fills with items and the main thread reads. It is shared, so that items go over
 * without being cloned, and what lies in a block that was never sent can still be read when its thread hangs or dies.
 *
 * From the front: bytes of commands and descriptions of items. From the back: rows of numbers, an item's frames and then
 * its own row. In between: room. The header says up to where both are finished. */
export const LAYOUT = {
  /** Whose the block is: 0 the thread's, 1 the main thread's. */
  state: 0,
  /** Lowest word of the finished rows, 0 for none. */
  rowsFrom: 1,
  /** End of the bytes that those point to. */
  bytesTo: 2,
  headerBytes: 16,

  /** A frame's row: opcode, op_mod, register id, status, syndrome, errno, inbox and outbox as offset and length, start and
   * duration as 64-bit numbers. */
  frameWords: 14,
  opcode: 0,
  opMod: 1,
  registerId: 2,
  status: 3,
  syndrome: 4,
  errno: 5,
  inAt: 6,
  inLength: 7,
  outAt: 8,
  outLength: 9,
  started: 10,
  elapsed: 12,

  /** An item's row: its description as offset and length, its outcome, the number by which it is named, how many frames
   * lie below. */
  itemWords: 6,
  descriptionAt: 0,
  /** 0 where the number is enough. */
  descriptionLength: 1,
  outcome: 2,
  /** 0 where the description is all; else what later items without a description are named by. */
  number: 3,
  frames: 5,
} as const;

export const OUTCOMES = ['ok', 'refused', 'failed', 'absent'] as const;

/** Structures of the PRM are made of 64-bit words at most. */
export function aligned(length: number): number {
  return (length + 7) & ~7;
}

export function createItemBlock(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(aligned(bytes));
}

/** Gives a block back to its thread. */
export function freeItemBlock(memory: SharedArrayBuffer): void {
  const header = headerOf(memory);
  Atomics.store(header, LAYOUT.rowsFrom, 0);
  Atomics.store(header, LAYOUT.state, 0);
  Atomics.notify(header, LAYOUT.state);
}

/** What the items of a thread are called, by the numbers that it has named. */
export type ItemNames = Map<number, ItemIdentity>;

/** Items of a block that its thread has not handed over, and never will. */
export function unsentItems(memory: SharedArrayBuffer, names: ItemNames): readonly Item[] {
  return Atomics.load(headerOf(memory), LAYOUT.state) === 0 ? readItemBlock(memory, names) : [];
}

export interface ReadBlockOptions {
  /** Leaves the bytes of the items in the block: they are good until it is given back to its thread.
   * @default false: they are a copy; the block may be used anew, and while it is read its thread may go on */
  readonly inPlace?: boolean;
}

/** The finished items of a block, in the order in which they were put in.
 * @param names of this thread; blocks are read in the order in which they were sent, each once */
export function readItemBlock(
  memory: SharedArrayBuffer,
  names: ItemNames,
  { inPlace = false }: ReadBlockOptions = {},
): readonly Item[] {
  const header = headerOf(memory);
  const from = Atomics.load(header, LAYOUT.rowsFrom);
  if (from === 0) return [];
  const words = new Uint32Array(memory);
  const times = new BigInt64Array(memory);
  const whole = new Uint8Array(memory, 0, header[LAYOUT.bytesTo]);
  const bytes = inPlace ? whole : whole.slice();
  const items: Item[] = [];
  for (let end = words.length; end > from; ) {
    const row = end - LAYOUT.itemWords;
    end = row - (words[row + LAYOUT.frames] ?? 0) * LAYOUT.frameWords;
    const frames: Frame[] = [];
    for (let frame = end; frame < row; frame += LAYOUT.frameWords) frames.push(readFrame(words, times, bytes, frame));
    const outcome = OUTCOMES[words[row + LAYOUT.outcome] ?? 0] ?? 'failed';
    items.push({ ...readIdentity(words, bytes, row, names), outcome, frames });
  }
  return items;
}

function readIdentity(words: Uint32Array, bytes: Uint8Array, row: number, names: ItemNames): ItemIdentity {
  const at = words[row + LAYOUT.descriptionAt] ?? 0;
  const length = words[row + LAYOUT.descriptionLength] ?? 0;
  const number = words[row + LAYOUT.number] ?? 0;
  if (length === 0) {
    const known = names.get(number);
    if (known === undefined) throw new Error(`an item of a lane has number ${number}, which was never named`);
    return known;
  }
  const text = Buffer.from(bytes.buffer, at, length).toString();
  const identity = parseDescription(text);
  if (number !== 0) names.set(number, identity);
  return identity;
}

function readFrame(words: Uint32Array, times: BigInt64Array, bytes: Uint8Array, row: number): Frame {
  const word = (at: number): number => words[row + at] ?? 0;
  return {
    opcode: word(LAYOUT.opcode),
    opMod: word(LAYOUT.opMod),
    registerId: word(LAYOUT.registerId),
    status: word(LAYOUT.status),
    syndrome: word(LAYOUT.syndrome),
    errno: word(LAYOUT.errno),
    startedNs: times[(row + LAYOUT.started) / 2] ?? 0n,
    elapsedNs: times[(row + LAYOUT.elapsed) / 2] ?? 0n,
    inbox: bytes.subarray(word(LAYOUT.inAt), word(LAYOUT.inAt) + word(LAYOUT.inLength)),
    outbox: bytes.subarray(word(LAYOUT.outAt), word(LAYOUT.outAt) + word(LAYOUT.outLength)),
  };
}

export function headerOf(memory: SharedArrayBuffer): Int32Array<SharedArrayBuffer> {
  return new Int32Array(memory, 0, LAYOUT.headerBytes / 4);
}
