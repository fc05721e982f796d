import type { Connection, Unique } from './connection.ts';
import { IOCTL_OUT_SIZE } from './protocol.ts';
import type { HeldCall } from './tree.ts';

/** Calls that were read and are answered later. The server never sleeps: it keeps the request's id and goes on. */
export interface HeldCalls {
  add(unique: Unique, call: HeldCall, outputSize: number): void;
  /** Answers every call whose time has come. */
  answerDue(): void;
  /** Shortens a wait so that the next due call is answered in time. */
  waitAtMost(timeoutMs: number): number;
  /** Forgets all: their callers have been woken by the end of the connection. */
  drop(): void;
}

export function createHeldCalls(connection: Connection): HeldCalls {
  let calls: { readonly unique: Unique; readonly call: HeldCall; readonly outputSize: number }[] = [];

  return {
    add(unique, call, outputSize) {
      calls.push({ unique, call, outputSize });
    },
    answerDue() {
      if (calls.length === 0) return;
      const now = Number(process.hrtime.bigint());
      const due = calls.filter(({ call }) => call.dueNs <= now);
      if (due.length === 0) return;
      calls = calls.filter((held) => !due.includes(held));
      for (const { unique, call, outputSize } of due) {
        connection.bodyBytes.fill(0, 0, IOCTL_OUT_SIZE + outputSize);
        const failure = call.finish(connection.bodyBytes.subarray(IOCTL_OUT_SIZE, IOCTL_OUT_SIZE + outputSize));
        connection.reply(unique, failure, failure === 0 ? IOCTL_OUT_SIZE + outputSize : 0);
      }
    },
    waitAtMost(timeoutMs) {
      if (calls.length === 0) return timeoutMs;
      const now = Number(process.hrtime.bigint());
      const next = Math.min(...calls.map(({ call }) => call.dueNs));
      return Math.max(0, Math.min(timeoutMs, Math.ceil((next - now) / 1e6)));
    },
    drop() {
      calls = [];
    },
  };
}
