const BYTES_A_LINE = 16;

/** Bytes as `hexdump -C` shows them: offset, 16 bytes, their characters. */
export function hexDump(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += BYTES_A_LINE) {
    const line = bytes.subarray(at, at + BYTES_A_LINE);
    const hex = [...line].map((byte) => byte.toString(16).padStart(2, '0'));
    const columns = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(3 * BYTES_A_LINE);
    const characters = [...line]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    text += `${at.toString(16).padStart(8, '0')}  ${columns}  |${characters}|\n`;
  }
  return text;
}
