import { cqUse, type Inventory, programOfQp } from './inventory.ts';

/** UID of the user context that has made an object; 0 when the driver has. */
const owners: Readonly<Record<string, (inventory: Inventory, id: number) => number>> = {
  QUERY_CQ: (inventory, cqn) => {
    const use = cqUse(inventory, cqn);
    return use.by === 'program' ? use.program.uid : 0;
  },
  QUERY_QP: (inventory, qpn) => programOfQp(inventory, qpn)?.uid ?? 0,
};

/** @param query name of the command that asks */
export function ownerOf(inventory: Inventory, query: string, id: number): number {
  return owners[query]?.(inventory, id) ?? 0;
}
