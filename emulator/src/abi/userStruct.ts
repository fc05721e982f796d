/** Fields of ioctl structures: little endian, as on every machine that this runs on. */
export function getU32(bytes: Uint8Array, offset: number): number {
  return (
    (byte(bytes, offset) |
      (byte(bytes, offset + 1) << 8) |
      (byte(bytes, offset + 2) << 16) |
      (byte(bytes, offset + 3) << 24)) >>>
    0
  );
}

/** A 64-bit value as a number. User addresses and lengths that a driver accepts stay below 2^53. */
export function getU64(bytes: Uint8Array, offset: number): number {
  return getU32(bytes, offset) + getU32(bytes, offset + 4) * 2 ** 32;
}

export function putU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
}

export function putU32(bytes: Uint8Array, offset: number, value: number): void {
  putU16(bytes, offset, value);
  putU16(bytes, offset + 2, value >>> 16);
}

function byte(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0;
}
