import { checkFileHeader, FILE_HEADER_LENGTH, RawFormatError } from './frameHeader.ts';
import { type RecordedItem, takeItem } from './takeItem.ts';

export interface ReadItemsOptions {
  /** All items lie in the same memory: each is good until the next is asked for, and so need the source's chunks be.
   * @default false: an item keeps its bytes as long as it is referenced */
  readonly reuse?: boolean;
}

/** The items of a raw file, one after another; memory is bounded by one chunk and one item.
 * @param source the file's bytes in order, in chunks of any size
 * @throws RawFormatError at the first byte that makes no sense, and when the file ends within an item. Its `offset` is
 * the end of the last whole item */
export async function* readItems(
  source: AsyncIterable<Uint8Array>,
  { reuse = false }: ReadItemsOptions = {},
): AsyncGenerator<RecordedItem, void> {
  const join = reuse ? createJoiner() : joined;
  let pending: Uint8Array = new Uint8Array(0);
  let offset = 0;
  let sequence = 0;
  for await (const chunk of source) {
    pending = join(pending, chunk);
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

function joined(pending: Uint8Array, chunk: Uint8Array): Uint8Array {
  return pending.byteLength === 0 ? chunk : Buffer.concat([pending, chunk]);
}

/** What joins grow beyond what they need, so that they do not grow often. */
const SPARE = 1.25;

/** Joins in memory that is used again: what is pending lies in it already. */
function createJoiner(): typeof joined {
  let memory = Buffer.alloc(0);
  return (pending, chunk) => {
    const length = pending.byteLength + chunk.byteLength;
    if (length > memory.byteLength) {
      const larger = Buffer.allocUnsafeSlow(Math.ceil(length * SPARE));
      larger.set(pending);
      memory = larger;
    } else
      memory.copyWithin(
        0,
        pending.byteOffset - memory.byteOffset,
        pending.byteOffset - memory.byteOffset + pending.byteLength,
      );
    memory.set(chunk, pending.byteLength);
    return memory.subarray(0, length);
  };
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
