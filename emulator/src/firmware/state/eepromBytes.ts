export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Text in module memory is padded with spaces. */
export function putText(bytes: Uint8Array, at: number, length: number, text: string): void {
  const padded = text.padEnd(length, ' ').slice(0, length);
  for (let letter = 0; letter < length; letter++) bytes[at + letter] = padded.charCodeAt(letter);
}

/** Low byte of the sum of the bytes from `first` to `last`. */
export function checksum(bytes: Uint8Array, first: number, last: number): number {
  return bytes.subarray(first, last + 1).reduce((sum, byte) => (sum + byte) & 0xff, 0);
}
