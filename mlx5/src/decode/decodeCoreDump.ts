import { decodeStruct, layoutOf, MAILBOX_HEADER_BYTES } from '../prm/index.ts';
import type { DecodedFields } from './decodedItem.ts';
import { type Presentation, present } from './present.ts';

const LAYOUT = 'core_dump_reg';
/** Address and value, 32 bits each, big endian. */
const PAIR = 8;
/** Runs that are listed one by one; the rest is counted. */
const MOST_RANGES = 4096;

/** A run of words whose addresses follow one another. */
export interface MemoryRange {
  readonly address: number;
  readonly words: number;
}

export interface MemorySummary {
  /** Whole pairs. */
  readonly words: number;
  /** The first MOST_RANGES runs. */
  readonly ranges: readonly MemoryRange[];
  readonly rangeCount: number;
  /** Pairs whose address is not above the one before: a dump goes through addresses in increasing order. */
  readonly disordered: number;
  /** Bytes behind the last whole pair. */
  readonly trailing: number;
}

/** Sums up the pairs of a window of a core dump. Pure; takes any bytes, in one pass and bounded memory. */
export function summariseMemory(bytes: Uint8Array): MemorySummary {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = Math.floor(bytes.length / PAIR);
  const ranges: { address: number; words: number }[] = [];
  let rangeCount = 0;
  let disordered = 0;
  let current: { address: number; words: number } | undefined;
  let expected = -1;
  for (let at = 0; at < words; at += 1) {
    const address = view.getUint32(at * PAIR);
    if (current !== undefined && address === expected) current.words += 1;
    else {
      if (current !== undefined && address < expected) disordered += 1;
      current = { address, words: 1 };
      rangeCount += 1;
      if (ranges.length < MOST_RANGES) ranges.push(current);
    }
    expected = address + 4;
  }
  return { words, ranges, rangeCount, disordered, trailing: bytes.length - words * PAIR };
}

/** Decodes a window of a core dump: the register, and behind it what firmware has written into memory.
 * @param outbox with the mailbox header */
export function decodeCoreDump(outbox: Uint8Array): Presentation {
  const { bytes } = layoutOf(LAYOUT);
  const register = outbox.subarray(MAILBOX_HEADER_BYTES, MAILBOX_HEADER_BYTES + bytes);
  const memory = outbox.subarray(MAILBOX_HEADER_BYTES + bytes);
  const shown = present(decodeStruct(LAYOUT, register));
  const { words, ranges, rangeCount, disordered, trailing } = summariseMemory(memory);
  const missing = Number(shown.fields['size'] ?? 0) - memory.length;
  const fields: DecodedFields = {
    ...shown.fields,
    words,
    ranges: ranges.map(({ address, words: count }) => ({ address, words: count })),
    ...(rangeCount > ranges.length ? { ranges_not_listed: rangeCount - ranges.length } : {}),
    ...(disordered > 0 ? { disordered } : {}),
    ...(trailing > 0 ? { trailing_bytes: trailing } : {}),
    ...(missing > 0 ? { missing_bytes: missing } : {}),
  };
  const first = ranges[0];
  const texts = { ...shown.texts, ...(first === undefined ? {} : { ranges: rangesText(memory, words, rangeCount) }) };
  return { fields, texts, unknown: shown.unknown };
}

function rangesText(memory: Uint8Array, words: number, rangeCount: number): string {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const hex = (at: number): string =>
    `0x${view
      .getUint32(at * PAIR)
      .toString(16)
      .padStart(8, '0')}`;
  const runs = rangeCount === 1 ? '1 run' : `${rangeCount} runs`;
  return `${words} words in ${runs}, ${hex(0)} to ${hex(words - 1)}`;
}
