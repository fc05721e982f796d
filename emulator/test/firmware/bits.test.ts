import test from 'ava';
import fc from 'fast-check';
import { getBits, setBits, setLong } from '../../src/firmware/layout/bits.ts';

/** A field inside one 32-bit word. */
const field = fc
  .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 31 }), fc.integer({ min: 1, max: 32 }))
  .map(([word, first, width]) => ({ bit: word * 32 + Math.min(first, 32 - width), width }));

test('what was set is what is read, and nothing beside it changes', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      field,
      fc.integer({ min: 0, max: 0xffffffff }),
      (bytes, { bit, width }, value) => {
        const before = asBits(bytes);
        setBits(bytes, bit, width, value);
        const after = asBits(bytes);
        const expected = (BigInt(value) & ((1n << BigInt(width)) - 1n)).toString(2).padStart(width, '0');
        return (
          after.slice(bit, bit + width) === expected &&
          after.slice(0, bit) === before.slice(0, bit) &&
          after.slice(bit + width) === before.slice(bit + width) &&
          BigInt(getBits(bytes, bit, width)) === BigInt(`0b${expected}`)
        );
      },
    ),
  );
  t.pass();
});

test('numbers to 2^53 are exact in 64 bits', (t) => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const bytes = new Uint8Array(16);
      setLong(bytes, 64, value);
      return new DataView(bytes.buffer).getBigUint64(8) === BigInt(value);
    }),
  );
  t.pass();
});

function asBits(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}
