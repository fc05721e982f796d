import { setFlagsFromString } from 'node:v8';

/** Lets V8 collect garbage early rather than let heaps grow, in this thread and in those of lanes: an agent is a guest on
 * its node. To be called before anything else is done. It is no option of `NODE_OPTIONS`, and images and tests start the
 * agent in more than one way.
 *
 * Measured: the highest of two core dumps at once is 75 MiB RssAnon with it, 101 without, in the same time. */
export function favourMemory(): void {
  setFlagsFromString('--optimize-for-size');
}
