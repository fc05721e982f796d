import { setBits } from '../../layout/bits.ts';
import type { Objects } from '../../objects/objects.ts';
import { qpState, queuePair } from '../../objects/queuePair.ts';
import { receiveQueue, sendQueue } from '../../objects/workQueue.ts';

export const SLICE_BYTES = 64;

/** A queue as hardware has it: queue pairs, send and receive queues are one kind of thing to it. */
interface HardwareQueue {
  readonly number: number;
  readonly state: number;
  readonly service: number;
  readonly pd: number;
  readonly sent: number;
  readonly received: number;
  readonly backlog: number;
  /** Completion queues that it reports to. */
  readonly cqns: readonly number[];
}

const PACKETS = 0xd;

/** @param number of a queue pair, send queue or receive queue that is there */
export function hardwareQueue(objects: Objects, number: number): HardwareQueue {
  const { inventory } = objects;
  const shared = { number, state: qpState.RTS, service: PACKETS, backlog: 0 };
  if (inventory.sqs.has(number)) {
    const { netdev, finished, cqn } = sendQueue(objects, number);
    return { ...shared, pd: netdev.pd, sent: finished, received: 0, cqns: [cqn] };
  }
  if (inventory.rqs.has(number)) {
    const { netdev, finished, cqn } = receiveQueue(objects, number);
    return { ...shared, pd: netdev.pd, sent: 0, received: finished, cqns: [cqn] };
  }
  const qp = queuePair(objects, number);
  return { ...qp, number, cqns: [...new Set([qp.sendCq, qp.receiveCq])] };
}

/** A slice of a queue's hardware context [invented]: its number, which slice, state and counters, then words that mean
 * nothing outside of firmware.
 * @param part 0 common part, 1 send, 2 receive, 3 what FULL_QPC adds */
export function fillSlice(
  objects: Objects,
  { number, state, service, sent, received, backlog, pd }: HardwareQueue,
  part: number,
  bytes: Uint8Array,
  offset: number,
): void {
  const counted = [pd, sent, received, backlog][part] ?? 0;
  const words = [number, part * 2 ** 16 + service * 2 ** 8 + state, Math.floor(counted / 2 ** 32), counted % 2 ** 32];
  words.forEach((word, at) => {
    setBits(bytes, (offset + 4 * at) * 8, 32, word);
  });
  fillPrivate(objects, number, 100 * (part + 1), bytes, offset + 16, offset + SLICE_BYTES);
}

/** Words that mean nothing outside of firmware.
 * @param salt tells contexts of different kinds apart */
export function fillPrivate(
  { draw }: Objects,
  id: number,
  salt: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  for (let at = from; at < to; at += 4) setBits(bytes, at * 8, 32, draw(id, salt + at - from) * 2 ** 32);
}
