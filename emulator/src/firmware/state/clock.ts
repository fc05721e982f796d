/** Time of the emulated device. Everything that moves is a function of it, so a run with the same seed and the same
 * times gives the same bytes. */
export interface Clock {
  /** Nanoseconds since the emulator started. */
  nowNs(): number;
  /** Wall time at the start, nanoseconds since 1970. */
  readonly wallStartNs: number;
}

export function createSystemClock(): Clock {
  const start = process.hrtime.bigint();
  return { nowNs: () => Number(process.hrtime.bigint() - start), wallStartNs: Date.now() * 1e6 };
}

/** A clock that stands still until it is set: for tests. */
export function createManualClock(
  wallStartNs = 1_700_000_000_000_000_000,
): Clock & { advanceSeconds(seconds: number): void } {
  let now = 0;
  return {
    nowNs: () => now,
    wallStartNs,
    advanceSeconds(seconds) {
      now += seconds * 1e9;
    },
  };
}
