import { layoutOf } from '@nicdiag/mlx5/prm';
import { structWriter, type Values } from '../layout/structWriter.ts';
import { cqcValues } from './completionQueue.ts';
import { eqcValues, eventQueue } from './eventQueue.ts';
import type { IdSet } from './idSet.ts';
import { cqUse, type Program, programOfQp } from './inventory.ts';
import { memoryKey, mkcValues, writeTranslations } from './memoryKey.ts';
import type { Objects } from './objects.ts';
import { fillQpc } from './queuePair.ts';
import { dctcValues, srqcValues, xrcSrqcValues, xrqcValues } from './sharedReceive.ts';
import { fillPacketReformat, PACKET_REFORMAT_BYTES, packetReformats } from './steeringAnswers.ts';
import { rqtBytes, rqtcValues, tircValues, tiscValues, writeRqList } from './trafficSteering.ts';
import { rmpcValues, rqcValues, sqcValues } from './workQueue.ts';

/** A command that reports one object by its number. */
export interface ObjectQuery {
  readonly opcode: number;
  readonly name: string;
  readonly inBytes: number;
  /** Position of the number in the inbox. */
  readonly id: { readonly bit: number; readonly width: number };
  ids(objects: Objects): IdSet;
  /** UID of the user context that has made the object; 0 when the driver has. */
  owner(objects: Objects, id: number): number;
  /** Bytes of the outbox. */
  length(objects: Objects, id: number): number;
  /** Fills an outbox that is all zero. */
  fill(objects: Objects, id: number, outbox: Uint8Array): void;
}

/** Where the context stands in the outbox, and its fields. */
interface Context {
  readonly layout: string;
  readonly at: number;
  readonly values: (objects: Objects, id: number) => Values;
  /** What stands outside of it. */
  readonly beside?: (objects: Objects, id: number, outbox: Uint8Array) => void;
}

interface Row {
  readonly opcode: number;
  readonly name: string;
  readonly ids: (objects: Objects) => IdSet;
  /** Program that has made the object; undefined when the driver has. Default: always the driver. */
  readonly program?: (objects: Objects, id: number) => Program | undefined;
  /** Default 16. */
  readonly inBytes?: number;
  /** Width of the number at `0x8.0`. Default 24. */
  readonly idWidth?: number;
  /** Default: as the layout of the outbox, which is named for the command. */
  readonly length?: (objects: Objects, id: number) => number;
  readonly answer: Context | ObjectQuery['fill'];
}

const writeEq = structWriter('query_eq_out');

const rows: readonly Row[] = [
  {
    opcode: 0x303,
    name: 'QUERY_EQ',
    ids: ({ inventory }) => inventory.eqs,
    idWidth: 8,
    answer: {
      layout: 'eqc',
      at: 0x10,
      values: eqcValues,
      beside: (objects, eqn, outbox) => writeEq(outbox, 0, { event_bitmask: eventQueue(objects, eqn).bitmask }),
    },
  },
  {
    opcode: 0x402,
    name: 'QUERY_CQ',
    ids: ({ inventory }) => inventory.cqs,
    program: ({ inventory }, cqn) => {
      const use = cqUse(inventory, cqn);
      return use.by === 'program' ? use.program : undefined;
    },
    answer: { layout: 'cqc', at: 0x10, values: cqcValues },
  },
  {
    opcode: 0x50b,
    name: 'QUERY_QP',
    ids: ({ inventory }) => inventory.qps,
    program: ({ inventory }, qpn) => programOfQp(inventory, qpn),
    answer: (objects, qpn, outbox) => fillQpc(objects, qpn, outbox, 0x18),
  },
  {
    opcode: 0x907,
    name: 'QUERY_SQ',
    ids: ({ inventory }) => inventory.sqs,
    answer: { layout: 'sqc', at: 0x20, values: sqcValues },
  },
  {
    opcode: 0x90b,
    name: 'QUERY_RQ',
    ids: ({ inventory }) => inventory.rqs,
    answer: { layout: 'rqc', at: 0x20, values: rqcValues },
  },
  {
    opcode: 0x90f,
    name: 'QUERY_RMP',
    ids: ({ inventory }) => inventory.rmps,
    program: ({ inventory }) => inventory.program(0),
    answer: { layout: 'rmpc', at: 0x20, values: rmpcValues },
  },
  {
    opcode: 0x903,
    name: 'QUERY_TIR',
    ids: ({ inventory }) => inventory.tirs,
    answer: { layout: 'tirc', at: 0x20, values: tircValues },
  },
  {
    opcode: 0x915,
    name: 'QUERY_TIS',
    ids: ({ inventory }) => inventory.tiss,
    answer: { layout: 'tisc', at: 0x10, values: tiscValues },
  },
  {
    opcode: 0x919,
    name: 'QUERY_RQT',
    ids: ({ inventory }) => inventory.rqts,
    length: rqtBytes,
    answer: { layout: 'rqtc', at: 0x20, values: rqtcValues, beside: writeRqList },
  },
  {
    opcode: 0x702,
    name: 'QUERY_SRQ',
    ids: ({ inventory }) => inventory.srqs,
    program: ({ inventory }, srqn) => inventory.programOfSrq(srqn),
    answer: { layout: 'srqc', at: 0x10, values: srqcValues },
  },
  {
    opcode: 0x707,
    name: 'QUERY_XRC_SRQ',
    ids: ({ inventory }) => inventory.xrcSrqs,
    program: ({ inventory }, srqn) => inventory.programOfSrq(srqn),
    answer: { layout: 'xrc_srqc', at: 0x10, values: xrcSrqcValues },
  },
  {
    opcode: 0x713,
    name: 'QUERY_DCT',
    ids: ({ inventory }) => inventory.dcts,
    program: ({ inventory }, dctn) => inventory.programOfDct(dctn),
    answer: { layout: 'dctc', at: 0x10, values: dctcValues },
  },
  {
    opcode: 0x719,
    name: 'QUERY_XRQ',
    ids: ({ inventory }) => inventory.xrqs,
    program: ({ inventory }, xrqn) => inventory.programOfXrq(xrqn),
    answer: { layout: 'xrqc', at: 0x10, values: xrqcValues },
  },
  {
    opcode: 0x201,
    name: 'QUERY_MKEY',
    ids: ({ inventory }) => inventory.mkeys,
    program: (objects, index) => memoryKey(objects, index).program,
    answer: { layout: 'mkc', at: 0x10, values: mkcValues, beside: writeTranslations },
  },
  {
    opcode: 0x93f,
    name: 'QUERY_PACKET_REFORMAT_CONTEXT',
    ids: packetReformats,
    inBytes: 32,
    idWidth: 32,
    length: () => PACKET_REFORMAT_BYTES,
    answer: fillPacketReformat,
  },
];

/** Every query of one object by its number, by name. */
export const objectQueries: ReadonlyMap<string, ObjectQuery> = new Map(rows.map((row) => [row.name, compile(row)]));

function compile({ opcode, name, ids, program, inBytes = 16, idWidth = 24, length, answer }: Row): ObjectQuery {
  const bytes = length === undefined ? layoutOf(`${name.toLowerCase()}_out`).bytes : 0;
  return {
    opcode,
    name,
    inBytes,
    id: { bit: 0x8 * 8 + 32 - idWidth, width: idWidth },
    ids,
    owner: (objects, id) => program?.(objects, id)?.uid ?? 0,
    length: length ?? (() => bytes),
    fill: typeof answer === 'function' ? answer : fillContext(answer),
  };
}

function fillContext({ layout, at, values, beside }: Context): ObjectQuery['fill'] {
  const write = structWriter(layout);
  return (objects, id, outbox) => {
    write(outbox, at, values(objects, id));
    beside?.(objects, id, outbox);
  };
}
