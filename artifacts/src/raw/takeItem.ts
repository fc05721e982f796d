import { crc32 } from 'node:zlib';
import type { Frame, Item } from '@nicdiag/mlx5/decode';
import { CRC_LENGTH, decodeFrameHeader, FRAME_HEADER_LENGTH, type FrameHeader, RawFormatError } from './frameHeader.ts';

/** One item with its place in the raw file. */
export interface RecordedItem {
  readonly item: Item;
  /** Wall clock when its first command was given; absent in files of before it was kept. */
  readonly startedAt?: Date;
  /** Number in the file, from 0. */
  readonly sequence: number;
  /** First byte of its first frame, from the start of the file. */
  readonly offset: number;
  /** Bytes of all its frames. */
  readonly length: number;
}

/** Takes one whole item from the front of `bytes`.
 * @param expected its number and where `bytes` begins in the file
 * @returns the item, whose inboxes and outboxes are views of `bytes`, or undefined when it is not all there
 * @throws RawFormatError when what is there cannot be the beginning of that item */
export function takeItem(
  bytes: Uint8Array,
  expected: { readonly sequence: number; readonly offset: number },
): RecordedItem | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  let first: TakenFrame | undefined;
  let end = 0;
  do {
    const taken = takeFrame(view, end, expected.offset);
    if (taken === undefined) return undefined;
    first ??= taken;
    checkSequence(taken.header, first.header, frames.length, expected, end);
    end = taken.end;
    if (first.header.frameCount > 0) frames.push(taken.frame);
  } while (frames.length < first.header.frameCount);
  const { kind, outcome, wallUs } = first.header;
  const item: Item = { ...parseDescriptor(first.descriptor, expected.offset), kind, outcome, frames };
  const at = wallUs === 0 ? {} : { startedAt: new Date(wallUs / 1000) };
  return { item, ...at, sequence: expected.sequence, offset: expected.offset, length: end };
}

interface TakenFrame {
  readonly header: FrameHeader;
  readonly descriptor: Buffer;
  readonly frame: Frame;
  readonly end: number;
}

function takeFrame(view: Buffer, start: number, base: number): TakenFrame | undefined {
  if (view.byteLength < start + FRAME_HEADER_LENGTH) return undefined;
  const header = decodeFrameHeader(view.subarray(start, start + FRAME_HEADER_LENGTH), base + start);
  const inboxAt = start + FRAME_HEADER_LENGTH + header.descriptorLength;
  const outboxAt = inboxAt + header.inboxLength;
  const crcAt = outboxAt + header.outboxLength;
  if (view.byteLength < crcAt + CRC_LENGTH) return undefined;
  if (view.readUInt32BE(crcAt) !== crc32(view.subarray(start, crcAt))) {
    throw new RawFormatError('Damaged', base + start, `the frame at byte ${base + start} fails its CRC32`);
  }
  const { opcode, opMod, registerId, status, syndrome, errno, startedNs, elapsedNs } = header;
  return {
    header,
    descriptor: view.subarray(start + FRAME_HEADER_LENGTH, inboxAt),
    frame: {
      ...{ opcode, opMod, registerId, status, syndrome, errno, startedNs, elapsedNs },
      inbox: view.subarray(inboxAt, outboxAt),
      outbox: view.subarray(outboxAt, crcAt),
    },
    end: crcAt + CRC_LENGTH,
  };
}

/** Frames of another item, or out of order, are valid one by one: only their numbers show that something is missing. */
function checkSequence(
  header: FrameHeader,
  first: FrameHeader,
  frameSequence: number,
  expected: { readonly sequence: number; readonly offset: number },
  at: number,
): void {
  if (
    header.itemSequence !== expected.sequence ||
    header.frameSequence !== frameSequence ||
    header.frameCount !== first.frameCount
  ) {
    const found = `item ${header.itemSequence} frame ${header.frameSequence}`;
    const wanted = `item ${expected.sequence} frame ${frameSequence}`;
    throw new RawFormatError('Damaged', expected.offset + at, `${found} stands where ${wanted} should be`);
  }
}

function parseDescriptor(bytes: Buffer, offset: number): Pick<Item, 'key' | 'name' | 'index'> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw descriptorError(offset, cause);
  }
  if (typeof parsed !== 'object' || parsed === null) throw descriptorError(offset);
  const { key, name, index } = parsed as { key?: unknown; name?: unknown; index?: unknown };
  if (typeof key !== 'string' || typeof name !== 'string' || typeof index !== 'object' || index === null) {
    throw descriptorError(offset);
  }
  const values = Object.entries(index).map(([field, value]: [string, unknown]): [string, number] => {
    if (typeof value !== 'number') throw descriptorError(offset);
    return [field, value];
  });
  return { key, name, index: Object.fromEntries(values) };
}

function descriptorError(offset: number, cause?: unknown): RawFormatError {
  const error = new RawFormatError('Damaged', offset, `the item at byte ${offset} has no readable key, name and index`);
  error.cause = cause;
  return error;
}
