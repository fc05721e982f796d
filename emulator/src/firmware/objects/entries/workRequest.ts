import { setBits, setLong } from '../../layout/bits.ts';
import { FIRST, type Program } from '../inventory.ts';
import { keyOf } from '../memoryKey.ts';
import { kind, type Objects } from '../objects.ts';
import { qpState, queuePair } from '../queuePair.ts';
import { sharedReceiveQueue } from '../sharedReceive.ts';
import { receiveQueue, sendQueue } from '../workQueue.ts';
import { latestAt, type Ring } from './ring.ts';

/** Block of a send queue, and segment of any work request.
 * @source public PRM, WQE formats */
export const WQEBB = 64;
export const SEGMENT = 16;

/** Opcodes of send requests. */
export const sendOpcode = { NOP: 0x0, RDMA_WRITE: 0x8, SEND: 0xa, RDMA_READ: 0x10 } as const;
/** fm_ce_se: ask for a completion. */
const COMPLETION_WANTED = 0x08;
/** Where a list of data segments ends. */
const INVALID_LKEY = 0x100;
const COMPLETION_EVERY = 16;
/** eth_seg.cs_flags: checksums of L3 and L4 are hardware's work. */
const CHECKSUMS = 0xc000_0000;

interface SendQueue {
  readonly number: number;
  readonly entries: number;
  readonly posted: number;
  readonly by: Program | 'netdev' | 'internal' | undefined;
  readonly mkey: number;
}

function sendingQueue(objects: Objects, number: number): SendQueue {
  if (objects.inventory.sqs.has(number)) {
    const { logEntries, posted, internal, netdev } = sendQueue(objects, number);
    return { number, entries: 2 ** logEntries, posted, by: internal ? 'internal' : 'netdev', mkey: netdev.mkey };
  }
  const { logSendBlocks, sent, backlog, program } = queuePair(objects, number);
  const mkey = program === undefined ? FIRST.NETDEV_MKEY : program.firstMkey + 1;
  return { number, entries: 2 ** logSendBlocks, posted: sent + backlog, by: program, mkey };
}

/** What a queue's request asks for; the same whenever it is looked at. */
export function opcodeOf(objects: Objects, number: number, request: number): number {
  if (objects.inventory.sqs.has(number)) return number % 2 === FIRST.SQN % 2 ? sendOpcode.SEND : sendOpcode.NOP;
  if (number < FIRST.QPN) return sendOpcode.SEND;
  const drawn = objects.draw(number, 200 + (request % 64));
  return drawn < 0.7 ? sendOpcode.RDMA_WRITE : drawn < 0.85 ? sendOpcode.SEND : sendOpcode.RDMA_READ;
}

/** Blocks of a send queue, of a queue pair or a netdev: every request takes one. Places never used are zero. */
export function sendRing(objects: Objects, number: number): Ring {
  const queue = sendingQueue(objects, number);
  const lkey = keyOf(objects, queue.mkey);
  return {
    places: queue.entries,
    fill(place, bytes, at) {
      const request = latestAt(queue.posted, queue.entries, place);
      if (request === undefined) return;
      const opcode = opcodeOf(objects, number, request);
      const remote = opcode === sendOpcode.RDMA_WRITE || opcode === sendOpcode.RDMA_READ;
      const segments = opcode === sendOpcode.NOP ? 1 : remote || queue.by === 'netdev' ? 3 : 2;
      setBits(bytes, at * 8, 32, (request % 2 ** 16) * 2 ** 8 + opcode);
      setBits(bytes, (at + 4) * 8, 32, number * 2 ** 8 + segments);
      setBits(bytes, (at + 8) * 8, 32, request % COMPLETION_EVERY === COMPLETION_EVERY - 1 ? COMPLETION_WANTED : 0);
      if (opcode === sendOpcode.NOP) return;
      if (remote) putRemote(objects, number, request, bytes, at + SEGMENT);
      else if (queue.by === 'netdev') setBits(bytes, (at + SEGMENT + 4) * 8, 32, CHECKSUMS);
      putData(bytes, at + (segments - 1) * SEGMENT, 64 * 2 ** (request % 7), lkey, bufferOf(objects, number, request));
    },
  };
}

interface ReceiveQueue {
  readonly logEntries: number;
  /** log2 of the segments that an entry has room for. */
  readonly logSegments: number;
  readonly posted: number;
  readonly mkey: number;
}

/** @returns undefined for a queue pair that receives on a shared queue */
function receivingQueue(objects: Objects, number: number): ReceiveQueue | undefined {
  if (objects.inventory.rqs.has(number)) {
    const { logEntries, logStride, posted, netdev } = receiveQueue(objects, number);
    return { logEntries, logSegments: logStride - 4, posted, mkey: netdev.mkey };
  }
  const { logReceiveEntries, logStride, received, program, state } = queuePair(objects, number);
  if (program !== undefined && objects.inventory.srqOfProgram(program) !== undefined) return undefined;
  return {
    logEntries: logReceiveEntries,
    logSegments: logStride,
    posted: state === qpState.INIT ? 0 : received + 2 ** logReceiveEntries,
    mkey: program === undefined ? FIRST.NETDEV_MKEY : program.firstMkey + 2,
  };
}

/** Segments of a receive queue, of a queue pair or a netdev: an entry's data segment, then the mark that ends its list. */
export function receiveRing(objects: Objects, number: number): Ring {
  const queue = receivingQueue(objects, number);
  if (queue === undefined) return { places: 0, fill: () => {} };
  const perEntry = 2 ** queue.logSegments;
  const lkey = keyOf(objects, queue.mkey);
  return {
    places: 2 ** queue.logEntries * perEntry,
    fill(place, bytes, at) {
      const request = latestAt(queue.posted, 2 ** queue.logEntries, Math.floor(place / perEntry));
      if (request === undefined) return;
      if (place % perEntry === 0) putData(bytes, at, 4096, lkey, bufferOf(objects, number, request));
      else if (place % perEntry === 1) putData(bytes, at, 0, INVALID_LKEY, 0);
    },
  };
}

/** Segments of a shared receive queue: entries are a linked list, each with the next one's index before its data
 * segment. */
export function sharedRing(objects: Objects, srqn: number): Ring {
  const { logEntries, logStride, program } = sharedReceiveQueue(objects, srqn);
  const lkey = keyOf(objects, program.firstMkey + 2);
  return {
    places: 2 ** (logEntries + logStride),
    fill(place, bytes, at) {
      const entry = place >>> logStride;
      if (place % 2 ** logStride === 0) setBits(bytes, at * 8 + 16, 16, (entry + 1) % 2 ** logEntries);
      else putData(bytes, at, 4096, lkey, bufferOf(objects, srqn, entry));
    },
  };
}

function putRemote({ draw }: Objects, number: number, request: number, bytes: Uint8Array, at: number): void {
  setLong(bytes, at * 8, 0x7e00_0000_0000 + (request % 4096) * 0x1_0000);
  setBits(bytes, (at + 8) * 8, 32, 0x10_0000 + Math.floor(draw(number, 190) * 0xffff));
}

function putData(bytes: Uint8Array, at: number, length: number, lkey: number, address: number): void {
  setBits(bytes, at * 8, 32, length);
  setBits(bytes, (at + 4) * 8, 32, lkey);
  setLong(bytes, (at + 8) * 8, address);
}

function bufferOf(objects: Objects, number: number, request: number): number {
  return objects.bufferAddress(kind.MKEY, number) + (request % 256) * 0x1000;
}
