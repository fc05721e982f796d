import { setTimeout } from 'node:timers/promises';
import type { Child } from '../nursery/child.ts';
import type { Nursery } from '../nursery/nursery.ts';
import { type AdminClient, ApiError } from './adminClient.ts';
import type { Command } from './controlPlane.ts';

const READY_MS = 180_000;
const POLL_MS = 25;

export class ClusterStartError extends Error {
  override readonly name = 'ClusterStartError';
  readonly code = 'ClusterStart';
}

/** The API server's process, which tests stop and start. */
export interface ApiServerProcess {
  /** Starts it and waits until it is ready.
   * @param others programs without which it cannot become ready */
  start(others?: readonly Child[], options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export function createApiServer(nursery: Nursery, admin: AdminClient, command: Command): ApiServerProcess {
  let running: Child | undefined;
  return {
    async start(others = [], { signal } = {}) {
      running = nursery.spawn('kube-apiserver', command);
      const needed = [...others, running];
      const deadline = Date.now() + READY_MS;
      while (!(await isReady(admin))) {
        signal?.throwIfAborted();
        const dead = needed.find((child) => !child.isRunning());
        if (dead !== undefined) throw new ClusterStartError(`${dead.name} ended while it started:\n${dead.tail()}`);
        if (Date.now() > deadline)
          throw new ClusterStartError(`the API server was not ready in ${READY_MS / 1000} s:\n${running.tail()}`);
        await setTimeout(POLL_MS);
      }
    },
    async stop(signal = 'SIGTERM') {
      running?.kill(signal);
      await running?.ended;
      running = undefined;
    },
  };
}

async function isReady(admin: AdminClient): Promise<boolean> {
  try {
    await admin.request('GET', '/readyz');
    return true;
  } catch (error) {
    // Refused connections while it starts, then 401 and 500 until its hooks have run.
    if (error instanceof ApiError || (error instanceof Error && 'code' in error)) return false;
    throw error;
  }
}
