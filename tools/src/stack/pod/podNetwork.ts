import { randomInt } from 'node:crypto';

/** Addresses for the Pods of one stack. */
export interface PodNetwork {
  /** Another address at each call.
   * @throws Error when all are given away */
  allocate(): string;
}

const FIRST = 10;
const LAST = 254;

/** A block 127.x.y.0/24 at random: each Pod has an address of its own, so that its ports can stay as they are, and
 * stacks that run side by side do not meet. All of 127/8 is this machine's, without any configuration. */
export function createPodNetwork(): PodNetwork {
  // Not 127.0: that is where other programs listen.
  const block = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
  let next = FIRST;
  return {
    allocate() {
      if (next > LAST) throw new Error(`no address is left in ${block}.0/24`);
      return `${block}.${next++}`;
    },
  };
}
