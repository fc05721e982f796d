/** Answers that are asked for once and then hold for a while; a failure holds for no one but those who already wait.
 * Bounded: when it is full the oldest go. */
export interface ExpiringCache<T> {
  /** @param lifetimeMs how long the answer holds, given the answer */
  get(key: string, ask: () => Promise<T>, lifetimeMs: (answer: T) => number): Promise<T>;
}

/** @param now milliseconds, monotonic */
export function createExpiringCache<T>(
  maxEntries: number,
  now: () => number = () => performance.now(),
): ExpiringCache<T> {
  const entries = new Map<string, { readonly answer: Promise<T>; expires: number }>();
  return {
    get(key, ask, lifetimeMs) {
      const there = entries.get(key);
      if (there !== undefined && now() < there.expires) return there.answer;
      entries.delete(key);
      while (entries.size >= maxEntries) {
        const [oldest] = entries.keys();
        if (oldest === undefined) break;
        entries.delete(oldest);
      }
      const entry = { answer: ask(), expires: Number.POSITIVE_INFINITY };
      entries.set(key, entry);
      entry.answer.then(
        (answer) => {
          entry.expires = now() + lifetimeMs(answer);
        },
        () => {
          if (entries.get(key) === entry) entries.delete(key);
        },
      );
      return entry.answer;
    },
  };
}
