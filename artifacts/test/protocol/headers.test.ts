import test from 'ava';
import fc from 'fast-check';
import { formatContentRange, parseContentRange, parseRange, parseRetryAfter } from '../../src/protocol/headers.ts';

test('a content range comes back as it was written', (t) => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (a, b, c) => {
      const [start, end, last] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
      const range = { start, end, total: last + 1 };
      t.deepEqual(parseContentRange(formatContentRange(range)), range);
    }),
  );
  for (const bad of [
    '',
    'bytes 5-4/10',
    'bytes 0-10/10',
    'bytes 0-9/*',
    'bytes -5/10',
    'bytes 0-9/10x',
    'items 0-9/10',
  ]) {
    t.is(parseContentRange(bad), undefined, bad);
  }
});

test('Retry-After is seconds or a date, and nothing else', (t) => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  for (const [value, expected] of [
    [undefined, undefined],
    ['0', 0],
    ['10', 10_000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    ['1e99', undefined],
  ] as const) {
    t.is(parseRetryAfter(value, now), expected, value);
  }
});

/** RFC 9110 §14.1.2, on 1000 bytes. */
for (const [header, expected] of [
  [undefined, 'all'],
  ['bytes=0-99', { start: 0, end: 99 }],
  ['bytes=900-', { start: 900, end: 999 }],
  ['bytes=-1', { start: 999, end: 999 }],
  ['bytes=-5000', { start: 0, end: 999 }],
  ['bytes=990-5000', { start: 990, end: 999 }],
  ['bytes=1000-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=5-4', 'all'],
  ['bytes=0-1,5-6', 'all'],
  ['items=0-1', 'all'],
  ['bytes=-', 'all'],
  ['nonsense', 'all'],
] as const) {
  test(`Range: ${header}`, (t) => t.deepEqual(parseRange(header, 1000), expected));
}

test('no range of an empty thing can be satisfied', (t) => {
  t.is(parseRange('bytes=0-', 0), 'unsatisfiable');
  t.is(parseRange('bytes=-1', 0), 'unsatisfiable');
  t.is(parseRange(undefined, 0), 'all');
});
