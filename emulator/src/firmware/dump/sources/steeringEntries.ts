import { idSet } from '../../objects/idSet.ts';
import type { Objects } from '../../objects/objects.ts';
import type { ContextSource, ListSource } from '../dumpSource.ts';

/** One steering table entry. */
const STE_BYTES = 64;
/** Entries that one segment of a dump of all of them carries [invented]. */
const PER_SEGMENT = 512;

/** Steering table entries: as many as Population says, which makes a dump as large as one wants. Words of firmware's
 * own, from a generator that takes a nanosecond a word: a gigabyte of them is nothing to wait for. */
export const steeringEntries: { readonly range: ContextSource; readonly all: ListSource } = {
  range: {
    kind: 'context',
    ids: ({ inventory }) => idSet({ first: 0, count: inventory.steeringEntries }),
    length: () => STE_BYTES,
    fill: (objects, index, _, payload) => fillEntries(objects, index, payload),
  },
  all: {
    kind: 'list',
    // Runs of entries, each with the index of its first.
    of: {
      kind: 'context',
      length: ({ inventory }, first) => STE_BYTES * Math.min(PER_SEGMENT, inventory.steeringEntries - first),
      fill: (objects, first, _, payload) => fillEntries(objects, first, payload),
    },
    *members({ inventory }) {
      for (let first = 0; first < inventory.steeringEntries; first += PER_SEGMENT) yield [first, 0];
    },
  },
};

/** Each entry begins with its number, so that a reader can tell where it is; xorshift makes the rest. */
function fillEntries({ draw }: Objects, first: number, payload: Uint8Array): void {
  const numbers = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  // Segments begin at whole words, and noise has no byte order.
  const words = new Uint32Array(payload.buffer, payload.byteOffset, payload.byteLength / 4);
  const perEntry = STE_BYTES / 4;
  for (let entry = 0; entry * perEntry < words.length; entry++) {
    const begin = entry * perEntry;
    let word = Math.floor(draw(first + entry, 500) * 0xffff_fffe) + 1;
    numbers.setUint32(begin * 4, first + entry);
    for (let at = begin + 1; at < begin + perEntry; at++) {
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
      words[at] = word;
    }
  }
}
