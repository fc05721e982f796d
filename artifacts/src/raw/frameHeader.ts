import type { ItemKind, ItemOutcome } from '@nicdiag/mlx5/decode';

/** First bytes of a raw file: `NICDIAGR`, u16 version, u16 length of a frame header, u32 zero. All big endian. */
export const RAW_MAGIC = 'NICDIAGR';
export const RAW_VERSION = 1;
export const FILE_HEADER_LENGTH = 16;

/** First bytes of every frame, `NFRM`: a reader that lost its place notices at once. */
export const FRAME_MARKER = 0x4e46524d;
export const FRAME_HEADER_LENGTH = 64;
export const CRC_LENGTH = 4;

/** A length above this in a header is damage, not data: a firmware mailbox holds 64 kB, a memory window 2 MiB. */
export const MAX_PART_LENGTH = 16 * 1024 * 1024;

/** Kinds and outcomes by the number that stands for them on disk. Append only. */
const KINDS: readonly ItemKind[] = ['register', 'capability', 'object', 'segment', 'memory', 'host'];
const OUTCOMES: readonly ItemOutcome[] = ['ok', 'refused', 'failed', 'absent'];

/** The 64 bytes before a frame's payload. Offsets in bytes, numbers big endian:
 *
 * | at | size | field |
 * | --: | --: | --- |
 * | 0 | 4 | marker |
 * | 4 | 1 | kind of the item |
 * | 5 | 1 | outcome of the item |
 * | 6 | 2 | number of frames of the item |
 * | 8 | 4 | item sequence in the file, from 0 |
 * | 12 | 2 | frame sequence in the item, from 0 |
 * | 14 | 2 | errno |
 * | 16 | 2 | opcode |
 * | 18 | 2 | op_mod |
 * | 20 | 4 | register id |
 * | 24 | 1 | firmware status |
 * | 25 | 3 | wall clock when it started, highest 24 of 56 bits |
 * | 28 | 4 | syndrome |
 * | 32 | 8 | started, CLOCK_MONOTONIC ns |
 * | 40 | 8 | elapsed, ns |
 * | 48 | 4 | inbox length |
 * | 52 | 4 | outbox length |
 * | 56 | 4 | descriptor length, 0 but on the first frame of an item |
 * | 60 | 4 | wall clock, lowest 32 bits |
 *
 * Then descriptor, inbox, outbox, and the CRC32 of all that stands before it. The descriptor is the JSON of the item's
 * key, name and index. The wall clock counts microseconds since 1970; it is 0 in files of before nicdiag kept it. An item without frames is one header with frame count 0 and only a descriptor. */
export interface FrameHeader {
  readonly kind: ItemKind;
  readonly outcome: ItemOutcome;
  readonly frameCount: number;
  readonly itemSequence: number;
  readonly frameSequence: number;
  readonly errno: number;
  readonly opcode: number;
  readonly opMod: number;
  readonly registerId: number;
  readonly status: number;
  readonly syndrome: number;
  readonly startedNs: bigint;
  readonly elapsedNs: bigint;
  /** Microseconds since 1970, 0 where it is not known. */
  readonly wallUs: number;
  readonly inboxLength: number;
  readonly outboxLength: number;
  readonly descriptorLength: number;
}

/** A raw file, or a part of it, that is not what this version writes. `offset` is where it stops making sense. */
export class RawFormatError extends Error {
  readonly code: 'NotARawFile' | 'UnknownVersion' | 'Damaged';
  readonly offset: number;
  constructor(code: RawFormatError['code'], offset: number, message: string) {
    super(message);
    this.name = 'RawFormatError';
    this.code = code;
    this.offset = offset;
  }
}

export function encodeFileHeader(): Uint8Array {
  const bytes = Buffer.alloc(FILE_HEADER_LENGTH);
  bytes.write(RAW_MAGIC, 0, 'ascii');
  bytes.writeUInt16BE(RAW_VERSION, 8);
  bytes.writeUInt16BE(FRAME_HEADER_LENGTH, 10);
  return bytes;
}

/** @param bytes at least FILE_HEADER_LENGTH bytes
 * @throws RawFormatError */
export function checkFileHeader(bytes: Uint8Array): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.toString('latin1', 0, RAW_MAGIC.length) !== RAW_MAGIC) {
    throw new RawFormatError('NotARawFile', 0, 'not a nicdiag raw file: it does not begin with NICDIAGR');
  }
  const version = view.readUInt16BE(8);
  if (version !== RAW_VERSION || view.readUInt16BE(10) !== FRAME_HEADER_LENGTH) {
    throw new RawFormatError(
      'UnknownVersion',
      8,
      `raw file version ${version} is not known, only version ${RAW_VERSION}: use the nicdiag that wrote it, or a newer one`,
    );
  }
}

export function encodeFrameHeader(header: FrameHeader): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_LENGTH);
  bytes.writeUInt32BE(FRAME_MARKER, 0);
  bytes.writeUInt8(KINDS.indexOf(header.kind), 4);
  bytes.writeUInt8(OUTCOMES.indexOf(header.outcome), 5);
  bytes.writeUInt16BE(header.frameCount, 6);
  bytes.writeUInt32BE(header.itemSequence, 8);
  bytes.writeUInt16BE(header.frameSequence, 12);
  bytes.writeUInt16BE(header.errno, 14);
  bytes.writeUInt16BE(header.opcode, 16);
  bytes.writeUInt16BE(header.opMod, 18);
  bytes.writeUInt32BE(header.registerId, 20);
  bytes.writeUInt8(header.status, 24);
  bytes.writeUIntBE(Math.floor(header.wallUs / 2 ** 32), 25, 3);
  bytes.writeUInt32BE(header.syndrome, 28);
  bytes.writeBigUInt64BE(header.startedNs, 32);
  bytes.writeBigUInt64BE(header.elapsedNs, 40);
  bytes.writeUInt32BE(header.inboxLength, 48);
  bytes.writeUInt32BE(header.outboxLength, 52);
  bytes.writeUInt32BE(header.descriptorLength, 56);
  bytes.writeUInt32BE(header.wallUs % 2 ** 32, 60);
  return bytes;
}

/** @param offset where the header stands in the file, for messages
 * @throws RawFormatError when the marker is missing or a number is impossible */
export function decodeFrameHeader(bytes: Buffer, offset: number): FrameHeader {
  if (bytes.readUInt32BE(0) !== FRAME_MARKER) {
    throw new RawFormatError('Damaged', offset, `no frame begins at byte ${offset}: the marker is missing`);
  }
  const kind = KINDS[bytes.readUInt8(4)];
  const outcome = OUTCOMES[bytes.readUInt8(5)];
  if (kind === undefined || outcome === undefined) {
    throw new RawFormatError('Damaged', offset, `the frame at byte ${offset} has an unknown kind or outcome`);
  }
  const header: FrameHeader = {
    kind,
    outcome,
    frameCount: bytes.readUInt16BE(6),
    itemSequence: bytes.readUInt32BE(8),
    frameSequence: bytes.readUInt16BE(12),
    errno: bytes.readUInt16BE(14),
    opcode: bytes.readUInt16BE(16),
    opMod: bytes.readUInt16BE(18),
    registerId: bytes.readUInt32BE(20),
    status: bytes.readUInt8(24),
    syndrome: bytes.readUInt32BE(28),
    startedNs: bytes.readBigUInt64BE(32),
    elapsedNs: bytes.readBigUInt64BE(40),
    wallUs: bytes.readUIntBE(25, 3) * 2 ** 32 + bytes.readUInt32BE(60),
    inboxLength: bytes.readUInt32BE(48),
    outboxLength: bytes.readUInt32BE(52),
    descriptorLength: bytes.readUInt32BE(56),
  };
  if (Math.max(header.inboxLength, header.outboxLength, header.descriptorLength) > MAX_PART_LENGTH) {
    throw new RawFormatError(
      'Damaged',
      offset,
      `the frame at byte ${offset} claims more than ${MAX_PART_LENGTH} bytes`,
    );
  }
  return header;
}
