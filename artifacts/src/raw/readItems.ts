import { checkFileHeader, FILE_HEADER_LENGTH, RawFormatError } from './frameHeader.ts';
import { type RecordedItem, takeItem } from './takeItem.ts';

/** The items of a raw file, one after another; memory is bounded by one chunk and one item.
 * @param source the file's bytes in order, in chunks of any size
 * @throws RawFormatError at the first byte that makes no sense, and when the file ends within an item. Its `offset` is
 * the end of the last whole item */
export async function* readItems(source: AsyncIterable<Uint8Array>): AsyncGenerator<RecordedItem, void> {
  let pending: Uint8Array = new Uint8Array(0);
  let offset = 0;
  let sequence = 0;
  for await (const chunk of source) {
    pending = pending.byteLength === 0 ? chunk : Buffer.concat([pending, chunk]);
    let consumed = 0;
    if (offset === 0) {
      if (pending.byteLength < FILE_HEADER_LENGTH) continue;
      checkFileHeader(pending);
      consumed = offset = FILE_HEADER_LENGTH;
    }
    for (;;) {
      const taken = takeItemAt(pending.subarray(consumed), sequence, offset);
      if (taken === undefined) break;
      consumed += taken.length;
      offset += taken.length;
      sequence += 1;
      yield taken;
    }
    pending = pending.subarray(consumed);
  }
  if (offset === 0) throw new RawFormatError('NotARawFile', 0, 'the raw file ends before its header does');
  if (pending.byteLength > 0) {
    throw new RawFormatError('Damaged', offset, `the raw file ends within the item that begins at byte ${offset}`);
  }
}

function takeItemAt(bytes: Uint8Array, sequence: number, offset: number): RecordedItem | undefined {
  try {
    return takeItem(bytes, { sequence, offset });
  } catch (error) {
    if (!(error instanceof RawFormatError)) throw error;
    const atItem = new RawFormatError(error.code, offset, error.message);
    atItem.cause = error;
    throw atItem;
  }
}
