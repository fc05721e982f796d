import { setBits } from '../layout/bits.ts';
import type { Objects } from '../objects/objects.ts';
import { queuePair } from '../objects/queuePair.ts';

export const SLICE_BYTES = 64;

/** A slice of a queue pair's hardware context [invented]: its number, which slice, state and counters, then words that
 * mean nothing outside of firmware.
 * @param number 0 common part, 1 send, 2 receive, 3 what FULL_QPC adds */
export function fillSlice(objects: Objects, number: number, qpn: number, bytes: Uint8Array, offset: number): void {
  const { state, service, sent, received, backlog, pd } = queuePair(objects, qpn);
  const counted = [pd, sent, received, backlog][number] ?? 0;
  const words = [qpn, number * 2 ** 16 + service * 2 ** 8 + state, Math.floor(counted / 2 ** 32), counted % 2 ** 32];
  words.forEach((word, at) => {
    setBits(bytes, (offset + 4 * at) * 8, 32, word);
  });
  for (let at = 16; at < SLICE_BYTES; at += 4) {
    setBits(bytes, (offset + at) * 8, 32, objects.draw(qpn, 100 * (number + 1) + at) * 2 ** 32);
  }
}
