import type { FileHandle } from 'node:fs/promises';
import type { Frame, Item, KnownItem } from '@nicdiag/mlx5/decode';
import { readFileChunks } from '../readFileChunks.ts';
import { encodeFileHeader, FILE_HEADER_LENGTH, RawFormatError } from './frameHeader.ts';
import { readItems } from './readItems.ts';

export interface RecoveredFile {
  /** The items that are whole, in order. Those behind the first 8 MiB are abridged: a file may be a dump of a gigabyte. */
  readonly items: readonly KnownItem[];
  /** Length of the file now; the next item goes here. */
  readonly length: number;
  /** Bytes that were cut off: an item that was being written when the writer died. 0 after a clean end. */
  readonly cut: number;
}

/** What collectors ask of earlier answers lies at the beginning, and is less. */
const HELD_BYTES = 8 * 1024 * 1024;

/** What an abridged item has of a mailbox. */
const ABRIDGED_BYTES = 512;

/** Makes a raw file that a killed writer left behind fit to be continued: whatever follows the last whole item is cut
 * off. An empty or new file gets its header.
 * @param file open for reading and writing
 * @throws RawFormatError `NotARawFile` or `UnknownVersion`, the file untouched: it is someone else's */
export async function recoverRawFile(file: FileHandle): Promise<RecoveredFile> {
  const { size } = await file.stat();
  if (size < FILE_HEADER_LENGTH) {
    await file.truncate(0);
    await file.write(encodeFileHeader(), 0, FILE_HEADER_LENGTH, 0);
    return { items: [], length: FILE_HEADER_LENGTH, cut: size };
  }
  const items: KnownItem[] = [];
  let length = FILE_HEADER_LENGTH;
  try {
    for await (const { item, ...recorded } of readItems(readFileChunks(file, { reuse: true }), { reuse: true })) {
      length = recorded.offset + recorded.length;
      items.push(length <= HELD_BYTES ? { ...item, frames: copies(item.frames) } : abridgedItem(item));
    }
  } catch (error) {
    if (!(error instanceof RawFormatError) || error.code !== 'Damaged') throw error;
    await file.truncate(length);
  }
  return { items, length, cut: size - length };
}

/** The least of an item with which a collector can go on behind it. */
function abridgedItem(item: Item): KnownItem {
  return { ...item, frames: copies(item.frames.slice(-1), ABRIDGED_BYTES), abridged: true };
}

/** Frames that need no memory of the file's.
 * @param most bytes of each mailbox */
function copies(frames: readonly Frame[], most = Number.POSITIVE_INFINITY): readonly Frame[] {
  // A Buffer's slice() is no copy.
  return frames.map((frame) => ({
    ...frame,
    inbox: Buffer.from(frame.inbox.subarray(0, most)),
    outbox: Buffer.from(frame.outbox.subarray(0, most)),
  }));
}
