import { errno } from '../system/errno.ts';
import type { Connection, Unique } from './connection.ts';
import type { HeldCalls } from './heldCalls.ts';

/** One connection to the kernel that a thread serves, beside others. */
export interface RequestServer {
  readonly fd: number;
  /** Answers the held calls whose time has come. */
  answerDue(): void;
  /** Shortens a wait so that the next held call is answered in time. */
  waitAtMost(timeoutMs: number): number;
  /** Handles a request that has come.
   * @returns false when the connection has ended */
  serve(): boolean;
}

/** @returns an errno, what `ok` made, or undefined when there is no answer, or none yet */
export type Handler = (nodeId: number, length: number, unique: Unique) => number | undefined;

/** A result of success: the length of the body as `-1 - length`, so that 0 bytes and errno 0 stay apart. */
export function ok(length: number): number {
  return -1 - length;
}

/** Not re-entrant; the thread that calls it owns everything below. */
export function createRequestServer(
  fd: number,
  connection: Connection,
  held: HeldCalls,
  handlers: ReadonlyMap<number, Handler>,
): RequestServer {
  const { request } = connection;
  return {
    fd,
    answerDue: () => held.answerDue(),
    waitAtMost: (timeoutMs) => held.waitAtMost(timeoutMs),
    serve() {
      const length = connection.receive();
      if (length < 0) {
        held.drop();
        return false;
      }
      if (length === 0) return true;
      const unique = { low: request.getUint32(8, true), high: request.getUint32(12, true) };
      const handler = handlers.get(request.getUint32(4, true));
      const result = handler === undefined ? errno.ENOSYS : handler(request.getUint32(16, true), length, unique);
      if (result !== undefined) connection.reply(unique, Math.max(result, 0), result < 0 ? -1 - result : 0);
      return true;
    },
  };
}
