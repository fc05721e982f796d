/** The API server's clock, seen through the `Date` header of its answers.
 *
 * A header has whole seconds: at some instant between sending and receiving, the server's clock was in
 * [date, date + 1 s). Each answer thus bounds the offset, and the bounds of several answers are intersected. */
export interface ServerClock {
  /** Takes in one answer; all times in milliseconds. A header that cannot be parsed is ignored. */
  observe(dateHeader: string | undefined, sentMs: number, receivedMs: number): void;
  /** Milliseconds since the epoch on the server's clock. The local clock while no answer contradicts it. */
  now(): number;
  /** server minus local, milliseconds */
  offset(): number;
}

/** Clocks drift and get stepped: bounds older than this are forgotten. */
const windowMs = 300_000;

export function createServerClock(localNow: () => number = Date.now): ServerClock {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let since = 0;

  function offset(): number {
    if (low <= 0 && high >= 0) return 0;
    return Math.abs(low) < Math.abs(high) ? low : high;
  }

  return {
    observe(dateHeader, sentMs, receivedMs) {
      const date = dateHeader === undefined ? Number.NaN : Date.parse(dateHeader);
      if (Number.isNaN(date)) return;
      const newLow = date - receivedMs;
      const newHigh = date + 1000 - sentMs;
      const contradiction = newLow > high || newHigh < low;
      if (contradiction || receivedMs - since > windowMs) {
        low = newLow;
        high = newHigh;
        since = receivedMs;
        return;
      }
      low = Math.max(low, newLow);
      high = Math.min(high, newHigh);
    },
    now: () => localNow() + offset(),
    offset,
  };
}
