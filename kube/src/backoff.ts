export interface BackoffOptions {
  /** first delay, milliseconds */
  baseMs: number;
  /** longest delay, milliseconds */
  maxMs: number;
}

/** Exponential: `baseMs`, doubled for each failure in a row, at most `maxMs`; half of it is random.
 * @param failures failures so far in a row, 1 or more
 * @param random from [0, 1) */
export function backoffDelay({ baseMs, maxMs }: BackoffOptions, failures: number, random: number): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(30, failures - 1));
  return full * (0.5 + random / 2);
}
