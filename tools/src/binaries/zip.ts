import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

/* Only what the archives we open need: no zip64, no encryption, methods stored and deflate (APPNOTE.TXT 4.3). */
const END_OF_CENTRAL_DIRECTORY = 0x06054b50;
const CENTRAL_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_LENGTH = 22;
const MAX_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;

export class ZipError extends Error {
  override readonly name = 'ZipError';
  readonly code = 'Zip';
  constructor(file: string, why: string) {
    super(`${file}: ${why}; install the package that it belongs to again`);
  }
}

export interface ZipEntry {
  readonly name: string;
  /** Unix permission bits; 0 when the archive has none. */
  readonly mode: number;
  readonly method: number;
  readonly compressedSize: number;
  readonly offset: number;
}

export interface ZipFile extends Disposable {
  readonly entries: readonly ZipEntry[];
  /** The uncompressed bytes of one entry. */
  read(entry: ZipEntry): Buffer;
}

/** Opens a zip archive by its central directory. Entries are read one at a time, each whole.
 * @throws ZipError */
export function openZip(file: string): ZipFile {
  const size = statSync(file).size;
  const descriptor = openSync(file, 'r');
  const slice = (offset: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    if (readSync(descriptor, bytes, 0, length, offset) !== length) throw new ZipError(file, 'the archive is cut short');
    return bytes;
  };
  return {
    entries: readEntries(file, size, slice),
    read(entry) {
      const header = slice(entry.offset, 30);
      if (header.readUInt32LE(0) !== LOCAL_ENTRY) throw new ZipError(file, `no entry where ${entry.name} should be`);
      // Name and extra field of the local header may differ in length from those in the central directory.
      const data = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
      const bytes = slice(data, entry.compressedSize);
      if (entry.method === STORED) return bytes;
      if (entry.method === DEFLATED) return inflateRawSync(bytes);
      throw new ZipError(file, `${entry.name} is packed with method ${entry.method}`);
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function readEntries(file: string, size: number, slice: (offset: number, length: number) => Buffer): ZipEntry[] {
  const tailLength = Math.min(size, END_LENGTH + MAX_COMMENT);
  const tail = slice(size - tailLength, tailLength);
  let end = tail.length - END_LENGTH;
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_CENTRAL_DIRECTORY) end--;
  if (end < 0) throw new ZipError(file, 'not a zip archive');
  const count = tail.readUInt16LE(end + 10);
  const directory = slice(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (directory.readUInt32LE(at) !== CENTRAL_ENTRY) throw new ZipError(file, 'broken central directory');
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
      method: directory.readUInt16LE(at + 10),
      compressedSize: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}
