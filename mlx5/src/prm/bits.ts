/** A run of bits in a mailbox or register. Bit 0 is the most significant bit of byte 0, as the header mlx5_ifc.h
 * counts; everything in a mailbox is big endian. */
export interface BitField {
  readonly bit: number;
  readonly width: number;
}

/** Parses `0xA.B:W`, the notation of the register documentation: the 32-bit big-endian word at byte A (a multiple of
 * 4), least significant bit B, width W. Fields of 32 bits and more have B = 0 and run on over the following words. */
export function parsePosition(text: string): BitField {
  const match = /^0x([0-9a-f]+)(?:\.(\d+))?:(\d+)$/i.exec(text);
  const [byte, lsb, width] = [Number.parseInt(match?.[1] ?? '', 16), Number(match?.[2] ?? 0), Number(match?.[3])];
  const fits = width >= 32 ? lsb === 0 : lsb + width <= 32;
  if (match === null || byte % 4 !== 0 || width < 1 || !fits) {
    throw new RangeError(`"${text}" is no position: expected 0xA.B:W, A a multiple of 4, B + W at most 32`);
  }
  return { bit: byte * 8 + (width < 32 ? 32 - lsb - width : 0), width };
}

/** Writes a position the way the register documentation does. */
export function formatPosition({ bit, width }: BitField): string {
  const byte = (bit >>> 5) * 4;
  const lsb = width < 32 ? 32 - (bit & 31) - width : 0;
  return `0x${byte.toString(16)}.${lsb}:${width}`;
}

/** Reads up to 32 bits as an unsigned number. The caller has checked that the run lies inside `bytes`. */
export function readBits(bytes: Uint8Array, bit: number, width: number): number {
  const lsb = 32 - (bit & 31) - width;
  const at = (bit >>> 5) * 4;
  if (lsb < 0 || at + 4 > bytes.length) return Number(readWideBits(bytes, bit, width));
  const word =
    (byteAt(bytes, at) << 24) | (byteAt(bytes, at + 1) << 16) | (byteAt(bytes, at + 2) << 8) | byteAt(bytes, at + 3);
  return width === 32 ? word >>> 0 : (word >>> lsb) & ((1 << width) - 1);
}

/** Reads any number of bits, most significant first (64-bit counters: high word first). */
export function readWideBits(bytes: Uint8Array, bit: number, width: number): bigint {
  let value = 0n;
  const end = bit + width;
  for (let at = bit; at < end; ) {
    const inByte = at & 7;
    const take = Math.min(8 - inByte, end - at);
    const part = (byteAt(bytes, at >>> 3) >>> (8 - inByte - take)) & ((1 << take) - 1);
    value = (value << BigInt(take)) | BigInt(part);
    at += take;
  }
  return value;
}

/** Writes up to 32 bits; the bits around them stay. `value` is taken modulo 2^width. */
export function writeBits(bytes: Uint8Array, bit: number, width: number, value: number): void {
  const lsb = 32 - (bit & 31) - width;
  const at = (bit >>> 5) * 4;
  if (lsb < 0 || at + 4 > bytes.length) {
    writeWideBits(bytes, bit, width, BigInt(value));
    return;
  }
  const mask = width === 32 ? 0xffff_ffff : ((1 << width) - 1) << lsb;
  const word =
    (byteAt(bytes, at) << 24) | (byteAt(bytes, at + 1) << 16) | (byteAt(bytes, at + 2) << 8) | byteAt(bytes, at + 3);
  const next = (word & ~mask) | ((value << lsb) & mask);
  bytes[at] = next >>> 24;
  bytes[at + 1] = next >>> 16;
  bytes[at + 2] = next >>> 8;
  bytes[at + 3] = next;
}

/** Writes any number of bits, most significant first. `value` is taken modulo 2^width. */
export function writeWideBits(bytes: Uint8Array, bit: number, width: number, value: bigint): void {
  let left = value;
  for (let end = bit + width; end > bit; ) {
    const take = Math.min(((end - 1) & 7) + 1, end - bit);
    const shift = 7 - ((end - 1) & 7);
    const mask = ((1 << take) - 1) << shift;
    const at = (end - 1) >>> 3;
    bytes[at] = (byteAt(bytes, at) & ~mask) | ((Number(left & 0xffn) << shift) & mask);
    left >>= BigInt(take);
    end -= take;
  }
}

/** A number up to 32 bits, a bigint above. */
export function readField(bytes: Uint8Array, field: BitField): number | bigint {
  return field.width <= 32 ? readBits(bytes, field.bit, field.width) : readWideBits(bytes, field.bit, field.width);
}

/** @throws RangeError when the value does not fit the field or the field lies outside of `bytes` */
export function writeField(bytes: Uint8Array, field: BitField, value: number | bigint): void {
  if (field.bit + field.width > bytes.length * 8) {
    throw new RangeError(`field ${formatPosition(field)} lies outside of ${bytes.length} bytes`);
  }
  const fits = typeof value === 'bigint' ? value >> BigInt(field.width) === 0n : fitsNumber(value, field.width);
  if (!fits) throw new RangeError(`${value} does not fit into ${field.width} bits`);
  if (field.width <= 32) writeBits(bytes, field.bit, field.width, Number(value));
  else writeWideBits(bytes, field.bit, field.width, BigInt(value));
}

function fitsNumber(value: number, width: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && (width >= 53 || value < 2 ** width);
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
