/** A number in [0, 1) for one property of one object: always the same for the same seed. */
export type Draw = (id: number, property: number) => number;

/** Like Random, but by numbers: an object has dozens of properties, and making names for them would take longer than
 * writing its context. */
export function createDraw(seed: number): Draw {
  return (id, property) => {
    let hash = Math.imul(seed ^ Math.imul(id + 1, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(property + 1, 0xc2b2ae35);
    // Finaliser of MurmurHash3: neighbouring objects must not be alike.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** @returns a whole number in [low, high) */
export function drawInteger(draw: Draw, id: number, property: number, low: number, high: number): number {
  return low + Math.floor(draw(id, property) * (high - low));
}
