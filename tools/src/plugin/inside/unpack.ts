import { brotliDecompressSync } from 'node:zlib';

/** What bundlePlugin packed, as text. */
export function unpack(packed: string): string {
  return brotliDecompressSync(Buffer.from(packed, 'base64')).toString();
}
