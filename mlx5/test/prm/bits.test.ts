import test from 'ava';
import fc from 'fast-check';
import {
  formatPosition,
  parsePosition,
  readBits,
  readField,
  readWideBits,
  writeBits,
  writeField,
  writeWideBits,
} from '../../src/prm/index.ts';

test('a position names the least significant bit inside a big-endian word', (t) => {
  const bytes = Uint8Array.from([0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x01, 0x02, 0x03, 0x04]);
  const cases: readonly (readonly [string, number | bigint])[] = [
    ['0x0.0:8', 0x78],
    ['0x0.24:8', 0x12],
    ['0x0.16:16', 0x1234],
    ['0x0.31:1', 0],
    ['0x4.31:1', 1],
    ['0x4.4:4', 0xf],
    ['0x4.0:32', 0x9abcdef0],
    ['0x0.0:64', 0x123456789abcdef0n],
    ['0x4.0:64', 0x9abcdef001020304n],
  ];
  for (const [position, value] of cases) {
    t.is(readField(bytes, parsePosition(position)), value, position);
    t.is(formatPosition(parsePosition(position)), position);
  }
});

test('a text that is no position is refused', (t) => {
  for (const text of ['', '0x1.0:8', '0x0.30:4', '0x0.4:32', '0x0.0:0', '4.0:8', '0x0.0', '0xg.0:1']) {
    t.throws(() => parsePosition(text), { instanceOf: RangeError }, text);
  }
});

test('what is written is read again, and no other bit changes', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 17, maxLength: 30 }),
      fc.nat(70),
      fc.integer({ min: 1, max: 64 }),
      fc.bigInt(0n, (1n << 64n) - 1n),
      (before, bit, width, random) => {
        const value = random & ((1n << BigInt(width)) - 1n);
        const bytes = before.slice();
        if (width <= 32) writeBits(bytes, bit, width, Number(value));
        else writeWideBits(bytes, bit, width, value);
        t.is(readWideBits(bytes, bit, width), value);
        if (width <= 32) t.is(BigInt(readBits(bytes, bit, width)), value);
        for (let at = 0; at < bytes.length * 8; at += 1) {
          if (at < bit || at >= bit + width) t.is(readBits(bytes, at, 1), readBits(before, at, 1));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('the word-wise and the bit-wise way agree', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      fc.nat(63),
      fc.integer({ min: 1, max: 32 }),
      (bytes, bit, width) => {
        fc.pre(bit + width <= 64);
        t.is(BigInt(readBits(bytes, bit, width)), readWideBits(bytes, bit, width));
      },
    ),
  );
});

test('a value that does not fit, or a field behind the end, is refused', (t) => {
  const bytes = new Uint8Array(8);
  t.throws(() => writeField(bytes, parsePosition('0x0.0:4'), 16), { instanceOf: RangeError });
  t.throws(() => writeField(bytes, parsePosition('0x0.0:4'), -1), { instanceOf: RangeError });
  t.throws(() => writeField(bytes, parsePosition('0x0.0:64'), 1n << 64n), { instanceOf: RangeError });
  t.throws(() => writeField(bytes, parsePosition('0x8.0:8'), 1), { instanceOf: RangeError });
  t.deepEqual(bytes, new Uint8Array(8));
});
