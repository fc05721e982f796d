export interface BackoffOptions {
  /** First delay, milliseconds. */
  readonly initialMs: number;
  /** Delays grow to this and no further, milliseconds. */
  readonly maxMs: number;
  /** @default 2 */
  readonly factor?: number;
  /** Source of jitter, 0 ≤ x < 1. @default Math.random */
  readonly random?: () => number;
}

export interface Backoff {
  /** The delay before the next try, milliseconds: between half of the step and all of it, so that a fleet that failed
   * together does not come back together. */
  next(): number;
  /** After a success. */
  reset(): void;
}

export function createBackoff(options: BackoffOptions): Backoff {
  const { initialMs, maxMs, factor = 2, random = Math.random } = options;
  let step = initialMs;
  return {
    next() {
      const delay = step * (0.5 + random() / 2);
      step = Math.min(maxMs, step * factor);
      return delay;
    },
    reset() {
      step = initialMs;
    },
  };
}

/** A value between `value` and `value × (1 + spread)`, for periods that a fleet must not share. */
export function jitter(value: number, spread: number, random: () => number = Math.random): number {
  return value * (1 + spread * random());
}
