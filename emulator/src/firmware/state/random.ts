/** Deterministic numbers: the same seed and name always give the same number, whatever was asked before.
 * @returns in [0, 1) */
export type Random = (name: string) => number;

export function createRandom(seed: number): Random {
  return (name) => {
    let hash = (0x811c9dc5 ^ seed) >>> 0;
    for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193) >>> 0;
    // Finaliser of MurmurHash3: neighbouring names must not give neighbouring numbers.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** @returns a number in [low, high) */
export function between(random: Random, name: string, low: number, high: number): number {
  return low + random(name) * (high - low);
}
