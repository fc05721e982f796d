import type { FunctionProfile } from '../../host/profile.ts';
import type { Card } from '../card.ts';
import type { Port } from '../state/port.ts';
import { createDraw, type Draw } from './draw.ts';
import { createFlowTables, type Steering } from './flowTable.ts';
import { createInventory, type Inventory } from './inventory.ts';

/** Everything that programs and drivers have made on a function. Nothing is held: an object is a function of its
 * number, the seed and the time. */
export interface Objects {
  readonly card: Card;
  readonly profile: FunctionProfile;
  readonly inventory: Inventory;
  readonly steering: Steering;
  readonly draw: Draw;
  /** The port that RDMA programs use. */
  readonly port: Port;
  /** DMA address of the first page of an object's buffer; pages follow one another. */
  bufferAddress(kind: number, id: number): number;
  /** Address of its doorbell record. */
  doorbellAddress(kind: number, id: number): number;
}

/** Numbers of kinds of objects in addresses and draws. */
export const kind = { EQ: 1, CQ: 2, QP: 3, SQ: 4, RQ: 5, RMP: 6, SRQ: 7, XRQ: 8, MKEY: 9 } as const;

const MEMORY = 0x10_0000_0000;

export function createObjects(card: Card, profile: FunctionProfile): Objects {
  const [port] = card.ports;
  if (port === undefined) throw new Error('a card has at least one port');
  const inventory = createInventory(card, profile);
  return {
    card,
    profile,
    port,
    inventory,
    steering: createFlowTables(inventory, card, profile),
    draw: createDraw(Math.floor(card.random(`objects of ${profile.pciAddress}`) * 2 ** 31)),
    // 4 MiB and a doorbell page for each, in host memory above 64 GiB: no two queues overlap.
    bufferAddress: (of, id) => MEMORY + (of * 2 ** 20 + id) * 0x40_0000,
    doorbellAddress: (of, id) => 0x8_0000_0000 + (of * 2 ** 20 + id) * 0x40,
  };
}
