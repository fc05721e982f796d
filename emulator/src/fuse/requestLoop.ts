import { poll } from '../system/libc.ts';
import type { RequestServer } from './requestServer.ts';

const ENTRY_SIZE = 8;
const POLLIN = 1;

/** Several connections served by one thread: what is behind them has one owner. */
export interface RequestLoop {
  /** Waits until a request has come, and handles one of each connection that has one. Held calls that are due are
   * answered before.
   * @returns false when the first connection has ended; others are forgotten when they end */
  serve(timeoutMs: number): boolean;
}

export function createRequestLoop(servers: readonly RequestServer[]): RequestLoop {
  const entries = new DataView(new ArrayBuffer(servers.length * ENTRY_SIZE));
  const entryBytes = new Uint8Array(entries.buffer);
  for (const [index, { fd }] of servers.entries()) {
    entries.setInt32(index * ENTRY_SIZE, fd, true);
    entries.setInt16(index * ENTRY_SIZE + 4, POLLIN, true);
  }

  return {
    serve(timeoutMs) {
      let wait = timeoutMs;
      for (const server of servers) {
        server.answerDue();
        wait = server.waitAtMost(wait);
      }
      if (poll(entryBytes, servers.length, wait) <= 0) return true;
      for (let index = 0; index < servers.length; index++) {
        if (entries.getInt16(index * ENTRY_SIZE + 6, true) === 0 || servers[index]?.serve() !== false) continue;
        if (index === 0) return false;
        // poll(2) passes over negative numbers.
        entries.setInt32(index * ENTRY_SIZE, -1, true);
      }
      return true;
    },
  };
}
