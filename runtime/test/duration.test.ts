import test from 'ava';
import fc from 'fast-check';
import { DurationError, formatDuration, parseDuration } from '../src/duration.ts';

const readings: readonly (readonly [string, number])[] = [
  ['0', 0],
  ['0s', 0],
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['100us', 0.1],
  ['100µs', 0.1],
  ['2ms', 2],
  ['1m2ms', 60_002],
  ['168h', 604_800_000],
];

for (const [text, milliseconds] of readings) {
  test(`${text} is ${milliseconds} ms`, (t) => {
    t.is(parseDuration(text), milliseconds);
  });
}

for (const text of ['', '10', 'm', '-1s', '1 s', '1d', '1s ', '.5s', '1.s', '1e3s', `${'9'.repeat(400)}s`]) {
  test(`"${text.slice(0, 12)}" is refused with a sentence that shows how to write one`, (t) => {
    const error = t.throws(() => parseDuration(text), { instanceOf: DurationError });
    t.is(error?.code, 'InvalidDuration');
    t.regex(error?.message ?? '', /for example 90s, 10m/);
  });
}

test('what is formatted is read back to the nanosecond', (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (nanoseconds) => {
      const milliseconds = Number(nanoseconds) / 1e6;
      const read = BigInt(Math.round(parseDuration(formatDuration(milliseconds)) * 1e6));
      return read === nanoseconds;
    }),
  );
  t.pass();
});

test('units are written largest first and zero has one', (t) => {
  t.is(formatDuration(0), '0s');
  t.is(formatDuration(5_400_000), '1h30m');
  t.is(formatDuration(0.1), '100us');
  t.is(formatDuration(61_001.5), '1m1s1ms500us');
});
