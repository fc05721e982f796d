import { decodeStruct, layoutOf, readBits, type SegmentType } from '../prm/index.ts';
import type { DecodedFields, DecodedValue } from './decodedItem.ts';
import { type Collected, presentAt } from './present.ts';
import { wordsOf } from './words.ts';

const WQEBB_BYTES = 64;
const DATA_SEGMENT_BYTES = 16;
const CQE_BYTES = 64;
const LARGE_CQE_BYTES = 128;
const EQE_BYTES = 64;
/** Most 16-byte units of a work queue entry: 16 basic blocks. */
const MOST_UNITS = 64;
/** Completion opcodes of errors. @source PRM CQE: REQ_ERR, RESP_ERR */
const ERROR_OPCODES = [13, 14];

export interface QueueBuffer {
  readonly kind: NonNullable<SegmentType['entries']>;
  readonly bytes: Uint8Array;
  /** Number of the first entry in its queue. */
  readonly first: number;
  /** How many entries these are, where that is known: it tells the size of completion queue entries. */
  readonly count?: number;
  readonly path: string;
  /** Of the first byte, for unknown words. */
  readonly byte: number;
}

/** Splits a part of a queue's buffer into entries and decodes what they have in common; the rest of each stays in words.
 * Pure; takes any bytes.
 * @source PRM: work, completion and event queue entries */
export function presentEntries(buffer: QueueBuffer, collected: Collected): readonly DecodedValue[] {
  return SPLITTERS[buffer.kind](buffer, collected);
}

type Splitter = (buffer: QueueBuffer, collected: Collected) => readonly DecodedValue[];

const SPLITTERS: Readonly<Record<QueueBuffer['kind'], Splitter>> = {
  wqe: workEntries,
  data: (buffer, collected) => rows(buffer, DATA_SEGMENT_BYTES, (row) => struct('wqe_data_seg', row, collected)),
  srq: (buffer, collected) =>
    rows(buffer, DATA_SEGMENT_BYTES, (row) =>
      struct(isLink(row.bytes) ? 'wqe_srq_next_seg' : 'wqe_data_seg', row, collected),
    ),
  cqe: completionEntries,
  eqe: (buffer, collected) => rows(buffer, EQE_BYTES, (row) => struct('event_queue_entry', row, collected)),
};

interface Row {
  readonly bytes: Uint8Array;
  readonly index: number;
  readonly path: string;
  readonly byte: number;
}

/** Entries of one size; what is left over at the end is shown in words. */
function rows(buffer: QueueBuffer, size: number, present: (row: Row) => DecodedFields): readonly DecodedValue[] {
  return Array.from({ length: Math.ceil(buffer.bytes.length / size) }, (_, at) => {
    const row: Row = {
      bytes: buffer.bytes.subarray(at * size, (at + 1) * size),
      index: buffer.first + at,
      path: `${buffer.path}[${at}]`,
      byte: buffer.byte + at * size,
    };
    const shown = row.bytes.length === size ? present(row) : { words: wordsOf(row.bytes) };
    return { index: row.index, ...shown };
  });
}

/** An entry of a shared receive queue begins with the index of the next one; a data segment has an address. */
function isLink(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 2).every((byte) => byte === 0) && bytes.subarray(5).every((byte) => byte === 0);
}

function struct(layout: string, { bytes, path, byte }: Row, collected: Collected): DecodedFields {
  return presentAt(decodeStruct(layout, bytes.subarray(0, layoutOf(layout).bytes)), { path, byte }, collected);
}

function completionEntries(buffer: QueueBuffer, collected: Collected): readonly DecodedValue[] {
  const large = buffer.count !== undefined && buffer.count * LARGE_CQE_BYTES === buffer.bytes.length;
  const size = large ? LARGE_CQE_BYTES : CQE_BYTES;
  return rows(buffer, size, (row) => {
    // A large entry ends with a small one; in front of it is inline data.
    const start = size - CQE_BYTES;
    const entry: Row = { ...row, bytes: row.bytes.subarray(start), byte: row.byte + start };
    const opcode = readBits(entry.bytes, 63 * 8, 4);
    const fields = struct(ERROR_OPCODES.includes(opcode) ? 'err_cqe64' : 'cqe64', entry, collected);
    return large ? { ...fields, inline_data: wordsOf(row.bytes.subarray(0, start)) } : fields;
  });
}

/** An entry takes as many basic blocks as its control segment says in `ds`. What does not look like the beginning of one
 * (a buffer that was never written, the middle of an entry) is shown block by block, in words. */
function workEntries(buffer: QueueBuffer, collected: Collected): readonly DecodedValue[] {
  const { bytes, first } = buffer;
  const entries: DecodedValue[] = [];
  for (let start = 0; start < bytes.length; ) {
    const index = first + start / WQEBB_BYTES;
    const block = bytes.subarray(start, start + WQEBB_BYTES);
    const units = unitsOf(block, index);
    const length = Math.ceil(((units ?? 1) * DATA_SEGMENT_BYTES) / WQEBB_BYTES) * WQEBB_BYTES;
    const entry = bytes.subarray(start, start + length);
    if (units === undefined) entries.push({ index, words: wordsOf(block) });
    else {
      const row: Row = { bytes: entry, index, path: `${buffer.path}[${entries.length}]`, byte: buffer.byte + start };
      const words = wordsOf(entry.subarray(DATA_SEGMENT_BYTES, units * DATA_SEGMENT_BYTES));
      entries.push({ index, ...struct('wqe_ctrl_seg', row, collected), words });
    }
    start += units === undefined ? WQEBB_BYTES : length;
  }
  return entries;
}

/** Units of 16 bytes that an entry has; nothing for what is no beginning of one. */
function unitsOf(block: Uint8Array, index: number): number | undefined {
  if (block.length < DATA_SEGMENT_BYTES) return undefined;
  const units = readBits(block, 7 * 8 + 2, 6);
  const counter = readBits(block, 8, 16);
  const opcode = readBits(block, 24, 8);
  const known = layoutOf('wqe_ctrl_seg').byName.get('opcode')?.enumeration?.nameOf.has(opcode) === true;
  // The counter runs on where the index begins anew at the end of the buffer, of which only the size is a power of 2.
  const low = index & 0x3f;
  return known && units > 0 && units <= MOST_UNITS && (counter & 0x3f) === low ? units : undefined;
}
