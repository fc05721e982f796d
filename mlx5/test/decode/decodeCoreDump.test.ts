import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing, keptBytes } from '../../../tools/src/fuzz/fuzzing.ts';
import { decodeCoreDump, summariseMemory } from '../../src/decode/decodeCoreDump.ts';

/** Pairs of address and value, big endian. */
function pairs(...words: readonly (readonly [number, number])[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [at, [address, value]] of words.entries()) {
    view.setUint32(at * 8, address);
    view.setUint32(at * 8 + 4, value);
  }
  return bytes;
}

test('words whose addresses follow one another are one run', (t) => {
  t.deepEqual(summariseMemory(pairs([0x100, 1], [0x104, 2], [0x108, 3], [0x200, 4], [0xfffffffc, 5])), {
    words: 5,
    ranges: [
      { address: 0x100, words: 3 },
      { address: 0x200, words: 1 },
      { address: 0xfffffffc, words: 1 },
    ],
    rangeCount: 3,
    disordered: 0,
    trailing: 0,
  });
  t.like(summariseMemory(pairs([0x100, 1], [0x100, 2], [0x80, 3])), { rangeCount: 3, disordered: 2 });
  t.like(summariseMemory(pairs([0x100, 1]).subarray(0, 7)), { words: 0, ranges: [], trailing: 7 });
});

test('a window by hand: the register in front, its pairs behind', (t) => {
  const outbox = new Uint8Array(80 + 16 + 3);
  // more_dump, core_dump_type 2, mkey, size 24, cookie.
  outbox.set([0x80, 0, 0, 2], 16);
  outbox.set([0x80, 0, 1, 0x42], 16 + 0x10);
  outbox.set([0, 0, 0, 24], 16 + 0x14);
  outbox.set([0, 0, 0, 0, 0, 0x50, 0x0c, 0x04], 16 + 0x20);
  outbox.set(pairs([0x500bfc, 0xdead], [0x500c00, 0xbeef]), 80);
  const { fields, texts, unknown } = decodeCoreDump(outbox);
  t.like(fields, {
    more_dump: 1,
    core_dump_type: 2,
    mkey: 0x80000142,
    size: 24,
    cookie: 0x500c04,
    words: 2,
    ranges: [{ address: 0x500bfc, words: 2 }],
    trailing_bytes: 3,
    missing_bytes: 5,
  });
  t.is(texts['ranges'], '2 words in 1 run, 0x00500bfc to 0x00500c00');
  t.deepEqual(unknown, {});
});

test('whatever firmware puts into a window, it can be shown, and no longer than it was by much', (t) => {
  const kept = keptBytes(new URL('./corpus/core-dump/', import.meta.url)).map((bytes): [Uint8Array] => [bytes]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (outbox) => {
      const { fields, texts, unknown } = decodeCoreDump(outbox);
      const json = JSON.stringify({ fields, texts, unknown }, (_, value) =>
        typeof value === 'bigint' ? value.toString() : value,
      );
      assert.ok(json.length < 2000 + 40 * outbox.length, `${json.length} characters of ${outbox.length} bytes`);
      assert.equal(fields['words'], Math.floor(Math.max(0, outbox.length - 80) / 8));
    }),
    fuzzing<[Uint8Array]>(300, kept),
  );
  t.pass();
});

test('any bytes are summed up in one pass; runs beyond the list are counted', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000 }), (bytes) => {
      const { words, ranges, rangeCount, trailing } = summariseMemory(bytes);
      const listed = ranges.reduce((sum, range) => sum + range.words, 0);
      return words * 8 + trailing === bytes.length && (rangeCount > ranges.length ? listed < words : listed === words);
    }),
    fuzzing(100),
  );
  const scattered = pairs(...Array.from({ length: 5000 }, (_, at) => [at * 64, at] as const));
  const outbox = new Uint8Array(80 + scattered.length);
  outbox.set(scattered, 80);
  t.like(decodeCoreDump(outbox).fields, { words: 5000, ranges_not_listed: 5000 - 4096 });
});
