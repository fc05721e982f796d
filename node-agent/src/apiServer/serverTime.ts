/** The API server's clock: deadlines are points in the server's time, and a node's wall clock may be wrong or jump.
 * The `Date` of its answers bounds it, carried on by this host's monotonic clock; a wall clock within the bounds is
 * taken, because it is exact where the bounds are a second apart. */
export interface ServerTime {
  /** Milliseconds since the epoch by the server's clock; by the node's wall clock until the first answer. */
  now(): number;
  /** Takes one answer. `Date` has whole seconds, so one answer leaves a second of doubt; bounds of later ones narrow it.
   * @param date header of the answer
   * @param sentAt monotonic time when the request was sent, milliseconds
   * @param receivedAt monotonic time when the answer's head came */
  observe(date: string | undefined, sentAt: number, receivedAt: number): void;
}

export interface Clocks {
  /** Monotonic milliseconds. @default performance.now */
  readonly monotonic?: () => number;
  /** Wall clock milliseconds. @default Date.now */
  readonly wall?: () => number;
}

export function createServerTime(clocks: Clocks = {}): ServerTime {
  const monotonic = clocks.monotonic ?? (() => performance.now());
  const wall = clocks.wall ?? Date.now;
  /** Server time minus monotonic time lies in [least, most]. */
  let bounds: { least: number; most: number } | undefined;

  return {
    now() {
      const here = wall();
      const offset = here - monotonic();
      if (bounds === undefined || (offset >= bounds.least && offset <= bounds.most)) return here;
      return monotonic() + (bounds.least + bounds.most) / 2;
    },
    observe(date, sentAt, receivedAt) {
      const stamped = Date.parse(date ?? '');
      if (Number.isNaN(stamped)) return;
      // The server read its clock, cut to seconds, somewhere between the sending and the receiving.
      const least = stamped - receivedAt;
      const most = stamped + 1000 - sentAt;
      const narrowed =
        bounds === undefined
          ? { least, most }
          : { least: Math.max(bounds.least, least), most: Math.min(bounds.most, most) };
      // No overlap: the server's clock was set, or another replica with another clock answered. The newest counts.
      bounds = narrowed.least <= narrowed.most ? narrowed : { least, most };
    },
  };
}
