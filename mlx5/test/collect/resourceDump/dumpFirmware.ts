import type { DumpMemory } from '../../../src/collect/dumpMemory.ts';
import type { Handler } from '../../scriptedChannel.ts';
import { type Arguments, answer, FLAG, type MenuRow, menuSegment } from './segments.ts';

const I1 = FLAG.index1 | FLAG.mustIndex1;

export const MENU: readonly MenuRow[] = [
  [0x1000, 'FULL_QPC', 'QPN', 'N/A', I1],
  [0x1200, 'FULL_CQC', 'CQN', 'N/A', I1 | FLAG.count1 | FLAG.all1 | FLAG.active1],
  [0x4000, 'PRM_QUERY_QP', 'QPN', 'N/A', I1 | FLAG.count1 | FLAG.all1],
  [0x1001, 'SND_BUFF', 'QPN', 'WQEBB', I1 | FLAG.index2 | FLAG.count2 | FLAG.all2],
  [0x5, 'RDB_CONTEXT', 'QPN', 'RDB_IX', I1 | FLAG.index2 | FLAG.mustIndex2],
  [0x2020, 'ICMC_INFO', 'SET', 'N/A', FLAG.index1 | FLAG.count1 | FLAG.mustCount1],
  [0x1040, 'SCHEDQ_INFO', 'SCHEDQ_IX', 'N/A', FLAG.index1 | FLAG.count1 | FLAG.active1],
  [0x3001, 'SX_SLICE_ALL', 'N/A', 'N/A', 0],
  [0x4010, 'QUERY_FT', 'TABLE_ID', 'N/A', I1],
  [0x4011, 'QUERY_FT_ALL', 'N/A', 'N/A', 0],
];

/** Positions of the register. @source reference 7.1 */
export interface Request {
  readonly more: boolean;
  readonly inline: boolean;
  readonly sequence: number;
  readonly given: Required<Arguments>;
  readonly opaque: bigint;
  readonly mkey: number;
  readonly size: number;
  readonly address: bigint;
}

function requestOf(input: Uint8Array): Request {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const first = view.getUint32(0);
  return {
    more: first >>> 31 === 1,
    inline: ((first >>> 30) & 1) === 1,
    sequence: (first >>> 16) & 0xf,
    given: {
      type: first & 0xffff,
      index1: view.getUint32(8),
      index2: view.getUint32(12),
      count1: view.getUint16(16),
      count2: view.getUint16(18),
    },
    opaque: view.getBigUint64(24),
    mkey: view.getUint32(32),
    size: view.getUint32(36),
    address: view.getBigUint64(40),
  };
}

export interface DumpScript {
  /** Everything that a dump answers; undefined refuses it. */
  readonly dumps: (given: Required<Arguments>) => Uint8Array | undefined;
  readonly menu?: readonly MenuRow[];
  /** Bytes with each reply. Default 208. */
  readonly chunk?: number;
  /** Spoils a reply, by its number in the dump. */
  readonly spoil?: (reply: DataView, number: number, request: Request) => void;
  /** Firmware's way to the memory that it was given. */
  readonly write?: (bytes: Uint8Array) => void;
}

/** RESOURCE_DUMP over bytes that are there: sequence, echo of the opaque value and the arguments are checked. */
export function dumpFirmware(script: DumpScript): { readonly handler: Handler; readonly requests: readonly Request[] } {
  const requests: Request[] = [];
  let place = { at: 0, number: 0, bytes: new Uint8Array(0) };

  function handler(input: Uint8Array): Uint8Array | { status: number } {
    const request = requestOf(input);
    requests.push(request);
    const refusal = { status: 3 };
    if (!request.more) {
      if (request.sequence !== 0 || request.opaque !== 0n) return refusal;
      const isMenu = request.given.type === 0xffff;
      const bytes = isMenu ? answer(request.given, menuSegment(script.menu ?? MENU)) : script.dumps(request.given);
      if (bytes === undefined) return refusal;
      place = { at: 0, number: 0, bytes: Uint8Array.from(bytes) };
    } else if (request.sequence !== place.number % 16 || request.opaque !== BigInt(place.number) + 0x1_0000_0000n) {
      return refusal;
    }
    const room = request.inline ? Math.min(208, script.chunk ?? 208) : request.size;
    const part = place.bytes.subarray(place.at, place.at + room);
    place = { ...place, at: place.at + part.length, number: place.number + 1 };
    const reply = input.slice();
    const view = new DataView(reply.buffer);
    const more = place.at < place.bytes.length;
    view.setUint32(0, ((more ? 0x8000_0000 : 0) | ((place.number % 16) << 16) | request.given.type) >>> 0);
    view.setBigUint64(24, more ? BigInt(place.number) + 0x1_0000_0000n : 0n);
    view.setUint32(36, part.length);
    if (request.inline) reply.set(part, 48);
    else script.write?.(part);
    script.spoil?.(view, place.number - 1, request);
    return reply;
  }

  return { handler, requests };
}

/** Memory that a scripted firmware writes to. */
export function fakeMemory(length = 2 << 20): DumpMemory & { write(bytes: Uint8Array): void } {
  const bytes = new Uint8Array(length);
  return {
    mkey: 0x1235a,
    address: 0x7f00_0000_0000n,
    length,
    copyOut: (target, offset = 0) => target.set(bytes.subarray(offset, offset + target.length)),
    writeTo() {
      throw new Error('not here');
    },
    write: (given) => bytes.set(given),
  };
}
