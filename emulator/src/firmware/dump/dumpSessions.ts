import type { DumpProgress } from './dumpSegments.ts';
import type { DumpStream } from './dumpStream.ts';

/** A dump that takes several commands. */
export interface DumpSession {
  readonly type: number;
  readonly inline: boolean;
  readonly stream: DumpStream;
  readonly progress: DumpProgress;
  /** seq_num of the latest reply, 0 before the first. */
  sequence: number;
}

/** Two words of device_opaque: firmware's own, good for one step of one dump. */
export interface Opaque {
  readonly high: number;
  readonly low: number;
}

export interface DumpSessions {
  /** Takes a session out of the table, by what the client echoes.
   * @param owner the user context that the client speaks for
   * @returns undefined when the opaque value is not that of a dump's latest reply */
  take(owner: object, opaque: Opaque): DumpSession | undefined;
  /** Keeps a session until its next step. Past the limit the one that waits longest is forgotten.
   * @returns the opaque value to give to the client */
  keep(owner: object, session: DumpSession): Opaque;
}

/** Unfinished dumps that firmware remembers for one user context [invented]. */
const LIMIT = 8;

/** Sessions of a context go when it does. */
export function createDumpSessions(): DumpSessions {
  const byOwner = new WeakMap<object, Map<number, DumpSession>>();
  let step = 0;

  return {
    take(owner, { high, low }) {
      const sessions = byOwner.get(owner);
      const session = high === scramble(low) ? sessions?.get(low) : undefined;
      if (session !== undefined) sessions?.delete(low);
      return session;
    },
    keep(owner, session) {
      const sessions = byOwner.get(owner) ?? new Map<number, DumpSession>();
      byOwner.set(owner, sessions);
      step = (step + 1) >>> 0 || 1;
      sessions.set(step, session);
      const [oldest] = sessions.keys();
      if (sessions.size > LIMIT && oldest !== undefined) sessions.delete(oldest);
      return { high: scramble(step), low: step };
    },
  };
}

/** Makes a value that nobody hits by counting. */
function scramble(value: number): number {
  return Math.imul(value ^ 0x5d0_e17a, 0x9e3779b1) >>> 0;
}
