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
  const words = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let at = 0; at < payload.length; at += STE_BYTES) {
    const index = first + at / STE_BYTES;
    let word = Math.floor(draw(index, 500) * 0xffff_fffe) + 1;
    words.setUint32(at, index);
    for (let offset = 4; offset < STE_BYTES; offset += 4) {
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
      words.setUint32(at + offset, word);
    }
  }
}
