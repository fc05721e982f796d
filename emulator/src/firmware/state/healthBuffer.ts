/** What firmware reports of its own trouble, and how often its driver has seen it. */
export interface HealthBuffer {
  /** 0: none. */
  readonly syndrome: number;
  readonly errors: number;
  /** Times that the driver got the device out of it. */
  readonly recoveries: number;
  /** Uptime at the oldest error whose dump nobody has cleared, seconds. */
  readonly dumpSeconds: number | undefined;
  /** @param syndrome 1 to 255 */
  fail(syndrome: number): void;
  recover(): void;
  /** The driver keeps a dump from now on, unless it has one. */
  keepDump(): void;
}

export function createHealthBuffer(uptimeSeconds: () => number): HealthBuffer {
  const state = { syndrome: 0, errors: 0, recoveries: 0, dumpSeconds: undefined as number | undefined };
  function keepDump(): void {
    state.dumpSeconds ??= uptimeSeconds();
  }
  return {
    get syndrome() {
      return state.syndrome;
    },
    get errors() {
      return state.errors;
    },
    get recoveries() {
      return state.recoveries;
    },
    get dumpSeconds() {
      return state.dumpSeconds;
    },
    fail(syndrome) {
      state.syndrome = syndrome;
      state.errors += 1;
      // The driver dumps by itself as soon as it sees it.
      keepDump();
    },
    recover() {
      if (state.syndrome === 0) return;
      state.syndrome = 0;
      state.recoveries += 1;
    },
    keepDump,
  };
}
