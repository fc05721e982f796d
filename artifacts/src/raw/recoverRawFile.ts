import type { FileHandle } from 'node:fs/promises';
import type { Item } from '@nicdiag/mlx5/decode';
import { readFileChunks } from '../readFileChunks.ts';
import { encodeFileHeader, FILE_HEADER_LENGTH, RawFormatError } from './frameHeader.ts';
import { readItems } from './readItems.ts';

export interface RecoveredFile {
  /** The items that are whole, in order. */
  readonly items: readonly Item[];
  /** Length of the file now; the next item goes here. */
  readonly length: number;
  /** Bytes that were cut off: an item that was being written when the writer died. 0 after a clean end. */
  readonly cut: number;
}

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
  const items: Item[] = [];
  let length = FILE_HEADER_LENGTH;
  try {
    for await (const recorded of readItems(readFileChunks(file))) {
      items.push(recorded.item);
      length = recorded.offset + recorded.length;
    }
  } catch (error) {
    if (!(error instanceof RawFormatError) || error.code !== 'Damaged') throw error;
    await file.truncate(length);
  }
  return { items, length, cut: size - length };
}
