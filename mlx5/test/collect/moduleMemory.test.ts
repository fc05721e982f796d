import test from 'ava';
import { IDENTITY_SPAN, spansOf } from '../../src/collect/moduleMemory.ts';

/** Bytes that a read clears, by hand from the families' memory maps. */
const latched = [
  { family: 'SFF-8636', identifier: 0x11, page: 0, first: 3, last: 21 },
  { family: 'CMIS', identifier: 0x19, page: 0, first: 8, last: 13 },
  { family: 'CMIS', identifier: 0x18, page: 0x11, first: 134, last: 153 },
];

for (const { family, identifier, page, first, last } of latched) {
  test(`latched flags of ${family}, page 0x${page.toString(16)}, bytes ${first}–${last}, are never read`, (t) => {
    for (const span of [IDENTITY_SPAN, ...spansOf(identifier)]) {
      if (span.start < 128 ? page !== 0 || first >= 128 : span.page !== page) continue;
      t.true(span.end <= first || span.start > last, `${span.start}–${span.end}`);
    }
  });
}

test('no span crosses byte 128, and none is read twice', (t) => {
  for (const identifier of [0x03, 0x11, 0x19, 0xff]) {
    const seen = new Set<string>();
    for (const { i2cAddress, page, start, end } of [IDENTITY_SPAN, ...spansOf(identifier)]) {
      t.true(end <= 128 || start >= 128);
      for (let at = start; at < end; at += 1) {
        const key = `${i2cAddress}/${at < 128 ? 'lower' : page}/${at}`;
        t.false(seen.has(key), key);
        seen.add(key);
      }
    }
  }
});

test('a module that nobody knows is asked for its static upper page only', (t) => {
  t.deepEqual(
    spansOf(0xff).map(({ page, start, end }) => [page, start, end]),
    [[0, 128, 256]],
  );
});
