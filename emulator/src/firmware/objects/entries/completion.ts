import { setBits, setLong } from '../../layout/bits.ts';
import { completionQueue } from '../completionQueue.ts';
import { type CqUse, cqUse, GENERAL_SERVICES_QPN } from '../inventory.ts';
import type { Objects } from '../objects.ts';
import { qpState, queuePair } from '../queuePair.ts';
import { latestAt, ownerBit, type Ring } from './ring.ts';
import { opcodeOf } from './workRequest.ts';

export const CQE = 64;

/** Opcodes of completions, in the upper half of an entry's last byte.
 * @source public PRM, CQE format */
export const cqeOpcode = { REQUESTER: 0x0, RESPONDER_SEND: 0x2, REQUESTER_ERROR: 0xd, INVALID: 0xf } as const;
/** Syndrome of an error completion: the work request was flushed. */
const FLUSHED = 0x05;
const FLUSHED_VENDOR = 0xf5;
const IPV4_TCP = 0x24;

/** Entries of a completion queue; places that were never used are marked invalid, as the driver does. */
export function completionRing(objects: Objects, cqn: number): Ring {
  const { logEntries, produced } = completionQueue(objects, cqn);
  const places = 2 ** logEntries;
  const use = cqUse(objects.inventory, cqn);
  return {
    places,
    fill(place, bytes, at) {
      const entry = latestAt(produced, places, place);
      if (entry === undefined) {
        bytes[at + 63] = cqeOpcode.INVALID * 16 + 1;
        return;
      }
      const opcode = fillByUse(objects, use, entry, bytes, at);
      if (opcode === cqeOpcode.REQUESTER_ERROR) {
        bytes[at + 0x36] = FLUSHED_VENDOR;
        bytes[at + 0x37] = FLUSHED;
        // Nanoseconds that only grow with the entries: an entry does not change once it is written.
      } else setLong(bytes, (at + 0x30) * 8, 1e15 + entry * 731);
      bytes[at + 63] = opcode * 16 + ownerBit(entry, places);
    },
  };
}

/** Fills what depends on the queue that reports.
 * @returns the entry's opcode */
function fillByUse(objects: Objects, use: CqUse, entry: number, bytes: Uint8Array, at: number): number {
  switch (use.by) {
    case 'management':
      putRequest(objects, GENERAL_SERVICES_QPN, entry, bytes, at);
      return cqeOpcode.REQUESTER;
    case 'program': {
      const { firstQpn, queuePairs } = use.program;
      // Queue pairs report in turn [invented]; those that are not connected have nothing to report.
      const qpn = firstQpn + (entry % queuePairs);
      const { state } = queuePair(objects, qpn);
      const reporting = state === qpState.INIT ? firstQpn : qpn;
      const request = Math.floor(entry / queuePairs);
      if (use.role === 'receive') {
        putReceived(objects, reporting, request, bytes, at);
        return cqeOpcode.RESPONDER_SEND;
      }
      putRequest(objects, reporting, request, bytes, at);
      return state === qpState.ERR ? cqeOpcode.REQUESTER_ERROR : cqeOpcode.REQUESTER;
    }
    case 'netdev': {
      const { firstSqn, firstRqn } = use.netdev;
      if (use.role !== 'receive') {
        putRequest(objects, firstSqn + 2 * use.channel + (use.role === 'internal' ? 1 : 0), entry, bytes, at);
        return cqeOpcode.REQUESTER;
      }
      putReceived(objects, firstRqn + use.channel, entry, bytes, at);
      setBits(bytes, (at + 0xc) * 8, 32, Math.imul(entry % 4096, 0x9e3779b1) >>> 0);
      bytes[at + 0x1d] = IPV4_TCP;
      return cqeOpcode.RESPONDER_SEND;
    }
  }
}

function putRequest(objects: Objects, number: number, request: number, bytes: Uint8Array, at: number): void {
  setBits(bytes, (at + 0x38) * 8, 32, opcodeOf(objects, number, request) * 2 ** 24 + number);
  setBits(bytes, (at + 0x3c) * 8, 16, request % 2 ** 16);
}

function putReceived(objects: Objects, number: number, request: number, bytes: Uint8Array, at: number): void {
  setBits(bytes, (at + 0x2c) * 8, 32, 64 + Math.floor(objects.draw(number, 300 + (request % 64)) * 4000));
  setBits(bytes, (at + 0x38) * 8, 32, number);
  setBits(bytes, (at + 0x3c) * 8, 16, request % 2 ** 16);
}
