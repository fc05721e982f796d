import { structWriter, type Values } from '../layout/structWriter.ts';
import { cqcValues } from './completionQueue.ts';
import { eqcValues, eventQueue } from './eventQueue.ts';
import type { IdSet } from './idSet.ts';
import type { Inventory } from './inventory.ts';
import type { Objects } from './objects.ts';
import { ownerOf } from './owner.ts';
import { qpcValues } from './queuePair.ts';

/** A command that reports one object by its number. */
export interface ObjectQuery {
  readonly opcode: number;
  readonly name: string;
  readonly inBytes: number;
  readonly outBytes: number;
  /** Position of the number in the inbox. */
  readonly id: { readonly bit: number; readonly width: number };
  ids(inventory: Inventory): IdSet;
  /** UID that the object belongs to; 0 for the driver's. */
  owner(objects: Objects, id: number): number;
  /** Fills an outbox of `outBytes` that is all zero. */
  write(objects: Objects, id: number, outbox: Uint8Array): void;
}

interface Row {
  readonly opcode: number;
  readonly name: string;
  /** Default 16. */
  readonly inBytes?: number;
  readonly outBytes: number;
  /** Byte and width of the number; its lowest bit is the word's. Default `0x8.0:24`. */
  readonly idByte?: number;
  readonly idWidth?: number;
  readonly ids: (inventory: Inventory) => IdSet;
  /** The context: its layout, where in the outbox it begins, and its fields. */
  readonly layout: string;
  readonly at: number;
  readonly values: (objects: Objects, id: number) => Values;
  /** What stands outside the context. */
  readonly beside?: { readonly layout: string; readonly values: (objects: Objects, id: number) => Values };
}

const rows: readonly Row[] = [
  {
    opcode: 0x303,
    name: 'QUERY_EQ',
    outBytes: 272,
    idWidth: 8,
    ids: ({ eqs }) => eqs,
    layout: 'eqc',
    at: 0x10,
    values: eqcValues,
    beside: {
      layout: 'query_eq_out',
      values: (objects, eqn) => ({ event_bitmask: eventQueue(objects, eqn).bitmask }),
    },
  },
  { opcode: 0x402, name: 'QUERY_CQ', outBytes: 272, ids: ({ cqs }) => cqs, layout: 'cqc', at: 0x10, values: cqcValues },
  { opcode: 0x50b, name: 'QUERY_QP', outBytes: 272, ids: ({ qps }) => qps, layout: 'qpc', at: 0x18, values: qpcValues },
];

/** Every query of one object by its number, by name. */
export const objectQueries: ReadonlyMap<string, ObjectQuery> = new Map(rows.map((row) => [row.name, compile(row)]));

function compile({ idByte = 0x8, idWidth = 24, inBytes = 16, layout, at, values, beside, ...row }: Row): ObjectQuery {
  const write = structWriter(layout);
  const writeBeside = beside === undefined ? undefined : structWriter(beside.layout);
  return {
    ...row,
    inBytes,
    id: { bit: idByte * 8 + 32 - idWidth, width: idWidth },
    owner: (objects, id) => ownerOf(objects.inventory, row.name, id),
    write(objects, id, outbox) {
      write(outbox, at, values(objects, id));
      if (beside !== undefined) writeBeside?.(outbox, 0, beside.values(objects, id));
    },
  };
}
