const BLOCK = 512;

/** Takes one regular file out of an uncompressed ustar archive.
 * @param name its whole path in the archive
 * @returns undefined when the archive has no such file
 * @source POSIX.1-2017 pax, ustar interchange format: name at 0, size at 124 (octal), prefix at 345 */
export function tarEntry(archive: Uint8Array, name: string): Uint8Array | undefined {
  const text = (from: number, length: number): string => {
    const bytes = archive.subarray(from, from + length);
    const end = bytes.indexOf(0);
    return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
  };
  let at = 0;
  while (at + BLOCK <= archive.length && archive[at] !== 0) {
    const prefix = text(at + 345, 155);
    const path = prefix === '' ? text(at, 100) : `${prefix}/${text(at, 100)}`;
    const size = Number.parseInt(text(at + 124, 12), 8) || 0;
    if (path === name) return archive.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}
