/** Addresses of one cluster: a block of 65,536, so that several clusters fit on one machine. */
export interface AddressPlan {
  /** Of this machine, where the API server listens. */
  readonly machine: string;
  /** Network of the machine and the nodes. */
  readonly nodes: string;
  /** Of the node with this number, from 1 to {@link MOST_NODES}. */
  node(number: number): string;
  /** All Pods. */
  readonly pods: string;
  /** Pods of one node. */
  podsOf(number: number): string;
  readonly services: string;
  /** The Service `kubernetes`: the first address of the Services. */
  readonly kubernetes: string;
}

/** A node's Pods have a /24 of the Pods' /18. */
export const MOST_NODES = 63;

/** The block 10.BLOCK.0.0/16.
 * @param block from 0 to 255 */
export function addressPlan(block: number): AddressPlan {
  const net = `10.${block}`;
  const inRange = (number: number): number => {
    if (!Number.isInteger(number) || number < 1 || number > MOST_NODES)
      throw new RangeError(`a cluster has nodes 1 to ${MOST_NODES}, not ${number}`);
    return number;
  };
  return {
    machine: `${net}.0.1`,
    nodes: `${net}.0.0/24`,
    node: (number) => `${net}.0.${10 + inRange(number)}`,
    pods: `${net}.64.0/18`,
    podsOf: (number) => `${net}.${64 + inRange(number)}.0/24`,
    services: `${net}.128.0/20`,
    kubernetes: `${net}.128.1`,
  };
}
