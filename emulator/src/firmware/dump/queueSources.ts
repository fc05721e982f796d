import { setBits } from '../layout/bits.ts';
import { structWriter } from '../layout/structWriter.ts';
import { completionQueue, cqcValues } from '../objects/completionQueue.ts';
import { eqcValues } from '../objects/eventQueue.ts';
import type { Objects } from '../objects/objects.ts';
import { qpState, queuePair } from '../objects/queuePair.ts';
import { type ContextSource, type DumpSource, reference } from './dumpSource.ts';
import { mirrored } from './mirrored.ts';
import { fillSlice, SLICE_BYTES } from './slices.ts';

const writeCqc = structWriter('cqc');
const writeEqc = structWriter('eqc');

/** Contexts of hardware are its own affair: here they are slices of words that a reader can recognise [invented]. */
function slice(number: number): ContextSource {
  return {
    kind: 'context',
    ids: ({ inventory }) => inventory.qps,
    length: () => SLICE_BYTES,
    fill: (objects, qpn, _, payload) => fillSlice(objects, number, qpn, payload, 0),
  };
}

/** Contexts of queue pairs, completion and event queues. */
export const queueSources: readonly (readonly [type: number, source: DumpSource])[] = [
  [0x2, slice(0)],
  [0x3, slice(1)],
  [0x4, slice(2)],
  [
    0x1000,
    {
      kind: 'context',
      ids: ({ inventory }) => inventory.qps,
      active: (objects, qpn) => queuePair(objects, qpn).state === qpState.RTS,
      length: () => 4 * SLICE_BYTES,
      // The three slices, as they are dumped one by one, and a fourth that only this type shows.
      fill: (objects, qpn, _, payload) => {
        for (let number = 0; number < 4; number++) fillSlice(objects, number, qpn, payload, number * SLICE_BYTES);
      },
      references: (objects, qpn) => {
        const { sendCq, receiveCq } = queuePair(objects, qpn);
        return [...new Set([sendCq, receiveCq])].map((cqn) => reference(0x1200, cqn));
      },
    },
  ],
  [
    0x1200,
    {
      kind: 'context',
      ids: ({ inventory }) => inventory.cqs,
      length: () => 128,
      fill: (objects, cqn, _, payload) => {
        writeCqc(payload, 0, cqcValues(objects, cqn));
        fillPrivate(objects, cqn, payload, 64);
      },
      references: (objects, cqn) => [reference(0x1300, completionQueue(objects, cqn).eqn)],
    },
  ],
  [
    0x1300,
    {
      kind: 'context',
      ids: ({ inventory }) => inventory.eqs,
      length: () => 128,
      fill: (objects, eqn, _, payload) => {
        writeEqc(payload, 0, eqcValues(objects, eqn));
        fillPrivate(objects, eqn, payload, 64);
      },
    },
  ],
  [0x4000, { ...mirrored('QUERY_QP'), active: (objects, qpn) => queuePair(objects, qpn).state === qpState.RTS }],
  [0x4020, mirrored('QUERY_CQ')],
];

/** Words that mean nothing outside of firmware, from `offset` to the end. */
function fillPrivate({ draw }: Objects, id: number, payload: Uint8Array, offset: number): void {
  for (let at = offset; at < payload.length; at += 4) setBits(payload, at * 8, 32, draw(id, 1000 + at) * 2 ** 32);
}
