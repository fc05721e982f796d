/** A queue's buffer as it is at one moment. */
export interface Ring {
  readonly places: number;
  /** Writes what stands at a place into bytes that are zero. */
  fill(place: number, bytes: Uint8Array, at: number): void;
}

/** The latest of a ring's entries that stands at one place in it.
 * @param written entries that have been written since the ring was made
 * @returns its number, counted from 0, or undefined while the place was never written */
export function latestAt(written: number, ringEntries: number, place: number): number | undefined {
  const lapped = Math.floor((written - 1 - place) / ringEntries);
  return lapped < 0 ? undefined : lapped * ringEntries + place;
}

/** The bit that software compares with its own count of laps, to know entries that are new. */
export function ownerBit(entry: number, ringEntries: number): number {
  return Math.floor(entry / ringEntries) % 2;
}
