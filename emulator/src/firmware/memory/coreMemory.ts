import { createDraw } from '../objects/draw.ts';

/** What a core dump of a device consists of: words of its memory, in runs with gaps between them. */
export interface CoreMemory {
  /** Bytes of the whole dump: 8 a word. */
  readonly dumpBytes: number;
  /** Writes pairs (address, value), both big endian, of the words from an address on, as many as fit.
   * @param from the address to begin at, or the next word's behind a gap */
  fill(from: number, target: Uint8Array): CoreMemoryPart;
}

export interface CoreMemoryPart {
  /** Bytes written. */
  readonly written: number;
  /** Address behind the last word written: where the next part begins. */
  readonly next: number;
  readonly ended: boolean;
}

export const PAIR = 8;
/** The dump that a real device gave: 103,913 words, the last one at 0x500c00.
 * @source README of the mlx5ctl tool */
export const USUAL_DUMP_BYTES = 831_304;
const USUAL_END = 0x500c04;
/** Addresses have 32 bits. */
const HIGHEST_END = 2 ** 32;
const LONGEST_RUN = 2048;

/** Of the 32 bits of addresses so much may be words that are dumped, for gaps to stay between them. */
const MOST_DUMP_BYTES = 600 * 1024 * 1024;
export const CORE_DUMP_SIZES = `a multiple of ${PAIR} up to ${MOST_DUMP_BYTES}`;

export function isCoreDumpSize(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value % PAIR === 0 && value <= MOST_DUMP_BYTES;
}

interface Run {
  readonly start: number;
  readonly words: number;
}

/** @param dumpBytes a multiple of 8 */
export function createCoreMemory(dumpBytes: number, seed: number): CoreMemory {
  const total = dumpBytes / PAIR;
  const runs = layOut(
    total,
    Math.min(HIGHEST_END, Math.floor((USUAL_END / 4) * (dumpBytes / USUAL_DUMP_BYTES)) * 4),
    seed,
  );

  function fill(from: number, target: Uint8Array): CoreMemoryPart {
    const fields = new DataView(target.buffer, target.byteOffset, target.byteLength);
    const room = Math.floor(target.length / PAIR);
    let at = firstRunEndingAfter(runs, from);
    let filled = 0;
    let next = from;
    for (let run = runs[at]; run !== undefined && filled < room; run = runs[++at]) {
      const start = Math.max(run.start, from);
      const words = Math.min(room - filled, (run.start + run.words * 4 - start) / 4);
      for (let word = 0; word < words; word++) {
        const address = start + word * 4;
        fields.setUint32((filled + word) * PAIR, address);
        fields.setUint32((filled + word) * PAIR + 4, valueAt(address, seed));
      }
      filled += words;
      next = start + words * 4;
    }
    const last = runs.at(-1);
    return { written: filled * PAIR, next, ended: last === undefined || next >= last.start + last.words * 4 };
  }

  return { dumpBytes: total * PAIR, fill };
}

/** Runs of words of different lengths up to `end`, with gaps between. */
function layOut(total: number, end: number, seed: number): readonly Run[] {
  const draw = createDraw(seed);
  const lengths: number[] = [];
  for (let left = total; left > 0; left -= lengths.at(-1) ?? left) {
    lengths.push(Math.min(left, 1 + Math.floor(draw(lengths.length, 0) * LONGEST_RUN)));
  }
  const gap = Math.floor((end / 4 - total) / Math.max(1, lengths.length));
  let start = end / 4;
  const runs = lengths.map((words): Run => {
    start -= words;
    const run = { start: start * 4, words };
    start -= gap;
    return run;
  });
  return runs.reverse();
}

function firstRunEndingAfter(runs: readonly Run[], address: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const run = runs[middle];
    if (run !== undefined && run.start + run.words * 4 <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

function valueAt(address: number, seed: number): number {
  let hash = Math.imul((address ^ seed) + 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}
