import { structWriter, type Values } from '../../layout/structWriter.ts';
import { completionQueue, cqcValues } from '../../objects/completionQueue.ts';
import { eqcValues } from '../../objects/eventQueue.ts';
import { type IdSet, unionOf } from '../../objects/idSet.ts';
import { programOfQp } from '../../objects/inventory.ts';
import { mkcValues } from '../../objects/memoryKey.ts';
import type { Objects } from '../../objects/objects.ts';
import { qpState, queuePair } from '../../objects/queuePair.ts';
import { sharedReceiveQueue, srqcValues, xrcSrqcValues } from '../../objects/sharedReceive.ts';
import { bufferReference, type ContextSource, type DumpSource, reference } from '../dumpSource.ts';
import type { DumpRequest } from '../segments.ts';
import { mirrored } from './mirrored.ts';
import { fillPrivate, fillSlice, hardwareQueue, SLICE_BYTES } from './slices.ts';

const running = (objects: Objects, number: number): boolean => hardwareQueue(objects, number).state === qpState.RTS;
const queues = ({ inventory }: Objects): IdSet => unionOf(inventory.qps, unionOf(inventory.sqs, inventory.rqs));

/** Contexts of hardware are its own affair: here they are slices of words that a reader can recognise [invented]. */
function slice(part: number): ContextSource {
  return {
    kind: 'context',
    ids: queues,
    active: running,
    length: () => SLICE_BYTES,
    fill: (objects, number, _, payload) => fillSlice(objects, hardwareQueue(objects, number), part, payload, 0),
  };
}

/** A context that begins with the public one and goes on with words of firmware's own [invented]. */
function full(
  layout: string,
  ids: ContextSource['ids'],
  values: (objects: Objects, id: number) => Values,
  references: ContextSource['references'],
): ContextSource {
  const write = structWriter(layout);
  return {
    kind: 'context',
    ...(ids === undefined ? {} : { ids }),
    length: () => 128,
    fill: (objects, id, _, payload) => {
      write(payload, 0, values(objects, id));
      fillPrivate(objects, id, 1000, payload, 64, payload.length);
    },
    ...(references === undefined ? {} : { references }),
  };
}

/** Contexts of queues and of memory keys. */
export const queueContexts: readonly (readonly [type: number, source: DumpSource])[] = [
  [0x2, slice(0)],
  [0x3, slice(1)],
  [0x4, slice(2)],
  [
    0x1000,
    {
      kind: 'context',
      ids: queues,
      active: running,
      length: () => 4 * SLICE_BYTES,
      // The three slices, as they are dumped one by one, and a fourth that only this type shows.
      fill: (objects, number, _, payload) => {
        const queue = hardwareQueue(objects, number);
        for (let part = 0; part < 4; part++) fillSlice(objects, queue, part, payload, part * SLICE_BYTES);
      },
      references: (objects, number) => {
        const { inventory } = objects;
        const contexts = hardwareQueue(objects, number).cqns.map((cqn) => reference(0x1200, cqn));
        const sends = inventory.rqs.has(number) ? [] : [bufferReference(0x1001, number)];
        return [...contexts, ...sends, ...receiving(objects, number)];
      },
    },
  ],
  [
    0x1100,
    full(
      'srqc',
      ({ inventory }) => unionOf(inventory.srqs, inventory.xrcSrqs),
      // The layouts of both agree but for what an XRC SRQ has more.
      (objects, srqn) =>
        objects.inventory.srqs.has(srqn) ? srqcValues(objects, srqn) : asSrqc(xrcSrqcValues(objects, srqn)),
      (objects, srqn) => [
        reference(0x1200, sharedReceiveQueue(objects, srqn).program.receiveCq),
        bufferReference(0x1101, srqn),
      ],
    ),
  ],
  [
    0x1200,
    full(
      'cqc',
      ({ inventory }) => inventory.cqs,
      cqcValues,
      (objects, cqn) => [reference(0x1300, completionQueue(objects, cqn).eqn), bufferReference(0x1201, cqn)],
    ),
  ],
  [
    0x1300,
    full(
      'eqc',
      ({ inventory }) => inventory.eqs,
      eqcValues,
      (_, eqn) => [bufferReference(0x1301, eqn)],
    ),
  ],
  [0x21, full('mkc', ({ inventory }) => inventory.mkeys, mkcValues, undefined)],
  [
    0x4000,
    {
      ...mirrored('QUERY_QP'),
      active: (objects, qpn) => queuePair(objects, qpn).state === qpState.RTS,
      references: (objects, qpn) => hardwareQueue(objects, qpn).cqns.map((cqn) => reference(0x4020, cqn)),
    },
  ],
  [0x4020, mirrored('QUERY_CQ')],
  [0x4030, mirrored('QUERY_MKEY')],
];

/** Where a queue's receive requests are: in a buffer of its own, or in a shared queue. */
function receiving({ inventory }: Objects, number: number): readonly DumpRequest[] {
  if (inventory.sqs.has(number)) return [];
  const program = inventory.qps.has(number) ? programOfQp(inventory, number) : undefined;
  const srqn = program === undefined ? undefined : inventory.srqOfProgram(program);
  return [srqn === undefined ? bufferReference(0x1002, number) : reference(0x1100, srqn)];
}

/** The fields of an XRC SRQ's context that an SRQ's has as well. */
function asSrqc({ state, log_xrc_srq_size, log_rq_stride, xrcd, cqn, pd, lwm, wqe_cnt }: Values): Values {
  const fields = { state, log_srq_size: log_xrc_srq_size, log_rq_stride, xrcd, cqn, pd, lwm, wqe_cnt };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
