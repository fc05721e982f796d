/** Bytes of which nothing public is known, as 32-bit words; an incomplete last one byte by byte. */
export function wordsOf(bytes: Uint8Array): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words: string[] = [];
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) words.push(hex(view.getUint32(at), 8));
  for (; at < bytes.length; at += 1) words.push(hex(view.getUint8(at), 2));
  return words;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
