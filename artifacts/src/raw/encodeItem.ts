import { crc32 } from 'node:zlib';
import type { Frame, Item } from '@nicdiag/mlx5/decode';
import { CRC_LENGTH, encodeFrameHeader } from './frameHeader.ts';

/** The parts of one item as they stand in a raw file, in order: for `writev`, nothing is copied.
 * @param sequence number of the item in its file, from 0
 * @param wallOf the wall clock at a time of CLOCK_MONOTONIC; without it the file says none */
export function encodeItem(item: Item, sequence: number, wallOf: WallClock = NO_CLOCK): Uint8Array[] {
  const descriptor = Buffer.from(JSON.stringify({ key: item.key, name: item.name, index: item.index }));
  if (item.frames.length === 0) return encodeFrame(item, { item: sequence, frame: 0 }, descriptor, NO_FRAME, 0);
  return item.frames.flatMap((frame, index) =>
    encodeFrame(
      item,
      { item: sequence, frame: index },
      index === 0 ? descriptor : NOTHING,
      frame,
      wallOf(frame.startedNs),
    ),
  );
}

/** Length in a raw file of what `encodeItem` returned. */
export function encodedLength(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

/** Microseconds since 1970 at a time of CLOCK_MONOTONIC in nanoseconds. */
export type WallClock = (monotonicNs: bigint) => number;

/** As both clocks stand now: good for what was moments ago. A clock that is set while a device is read shows in the
 * commands after that. */
export function wallClock(): WallClock {
  const nowUs = Date.now() * 1000;
  const nowNs = process.hrtime.bigint();
  return (monotonicNs) => Math.max(0, nowUs - Math.round(Number(nowNs - monotonicNs) / 1000));
}

const NO_CLOCK: WallClock = () => 0;

const NOTHING = new Uint8Array(0);
const NO_FRAME: Frame = {
  opcode: 0,
  opMod: 0,
  registerId: 0,
  status: 0,
  syndrome: 0,
  errno: 0,
  startedNs: 0n,
  elapsedNs: 0n,
  inbox: NOTHING,
  outbox: NOTHING,
};

function encodeFrame(
  item: Item,
  sequence: { readonly item: number; readonly frame: number },
  descriptor: Uint8Array,
  frame: Frame,
  wallUs: number,
) {
  const header = encodeFrameHeader({
    kind: item.kind,
    outcome: item.outcome,
    frameCount: item.frames.length,
    itemSequence: sequence.item,
    frameSequence: sequence.frame,
    errno: frame.errno,
    opcode: frame.opcode,
    opMod: frame.opMod,
    registerId: frame.registerId,
    status: frame.status,
    syndrome: frame.syndrome,
    startedNs: frame.startedNs,
    elapsedNs: frame.elapsedNs,
    wallUs,
    inboxLength: frame.inbox.byteLength,
    outboxLength: frame.outbox.byteLength,
    descriptorLength: descriptor.byteLength,
  });
  const parts = [header, descriptor, frame.inbox, frame.outbox].filter((part) => part.byteLength > 0);
  const crc = Buffer.alloc(CRC_LENGTH);
  crc.writeUInt32BE(parts.reduce((sum, part) => crc32(part, sum), 0));
  return [...parts, crc];
}
