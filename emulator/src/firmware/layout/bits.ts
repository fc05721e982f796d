/** Bit fields of big-endian structures. `bit` counts from the most significant bit of byte 0. A field of up to 32 bits
 * lies inside one 32-bit word, a longer one starts at a word: all layouts of the documentation are so. */

export function getBits(bytes: Uint8Array, bit: number, width: number): number {
  const word = getWord(bytes, (bit >>> 5) << 2);
  if (width === 32) return word;
  return (word >>> (32 - (bit & 31) - width)) & (2 ** width - 1);
}

/** Sets a field of up to 32 bits to the low bits of `value`. */
export function setBits(bytes: Uint8Array, bit: number, width: number, value: number): void {
  const at = (bit >>> 5) << 2;
  if (width === 32) {
    setWord(bytes, at, value);
    return;
  }
  const shift = 32 - (bit & 31) - width;
  const mask = (2 ** width - 1) << shift;
  setWord(bytes, at, (getWord(bytes, at) & ~mask) | ((value << shift) & mask));
}

/** Sets 64 bits, high word first. Counters are kept as numbers: exact to 2^53, then in steps of 2 and more. */
export function setLong(bytes: Uint8Array, bit: number, value: number): void {
  const at = (bit >>> 5) << 2;
  setWord(bytes, at, Math.floor(value / 2 ** 32));
  setWord(bytes, at + 4, value % 2 ** 32);
}

/** Reads 64 bits, high word first: exact to 2^53. */
export function getLong(bytes: Uint8Array, bit: number): number {
  const at = (bit >>> 5) << 2;
  return getWord(bytes, at) * 2 ** 32 + getWord(bytes, at + 4);
}

export function getWord(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}

function setWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
