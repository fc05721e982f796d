import test from 'ava';
import fc from 'fast-check';
import { formatQuantity, parseQuantity, QuantityError } from '../src/quantity.ts';

const readings: readonly (readonly [string, number])[] = [
  ['0', 0],
  ['4096', 4096],
  ['256Mi', 268_435_456],
  ['20Gi', 21_474_836_480],
  ['1.5Ki', 1536],
  ['1k', 1000],
  ['2G', 2e9],
  ['0.3', 1],
];

for (const [text, bytes] of readings) {
  test(`${text} is ${bytes} bytes`, (t) => {
    t.is(parseQuantity(text), bytes);
  });
}

for (const text of ['', 'Mi', '-1', '1 Mi', '1mi', '1e3', '1Ei', '99999999Pi']) {
  test(`"${text}" is refused with a sentence that shows how to write one`, (t) => {
    const error = t.throws(() => parseQuantity(text), { instanceOf: QuantityError });
    t.regex(error?.message ?? '', /256Mi/);
  });
}

test('what is formatted is read back exactly', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.maxSafeNat(),
        fc.nat(4096).map((n) => n * 2 ** 20),
      ),
      (bytes) => {
        return parseQuantity(formatQuantity(bytes)) === bytes;
      },
    ),
  );
  t.is(formatQuantity(268_435_456), '256Mi');
});
