import { once } from 'node:events';
import { toError } from '@nicdiag/runtime';
import type { Cluster } from '../cluster/cluster.ts';
import { type HolderMessage, isTerminalMessage } from './messages.ts';

/** What is held, and how its user gets at it. */
export interface Held extends AsyncDisposable {
  readonly cluster: Pick<Cluster, 'kubeconfig' | 'server' | 'caFile' | 'adminToken'>;
  /** Directory with kubectl and its plugin, for the PATH. */
  readonly bin: string;
  readonly logs: string;
}

/** The life of a background process (holder.ts): starts something and holds it until the process in the terminal says so
 * or is gone, or, when it was told to keep it, until SIGTERM. */
export async function hold(
  start: (options: { readonly say: (line: string) => void; readonly signal: AbortSignal }) => Promise<Held>,
): Promise<void> {
  const stopped = new AbortController();
  let kept = false;
  const tell = (message: HolderMessage): void => {
    // The terminal's process may have ended: then nobody listens, and the disconnection ends this one.
    if (process.connected) process.send?.(message, undefined, {}, () => {});
  };
  process.on('message', (message) => {
    if (!isTerminalMessage(message)) return;
    if (message.kind === 'end') stopped.abort();
    else kept = true;
  });
  process.once('disconnect', () => {
    if (!kept) stopped.abort();
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stopped.abort());

  let held: Held | undefined;
  try {
    held = await start({ say: (line) => tell({ kind: 'say', line }), signal: stopped.signal });
    const { kubeconfig, server, caFile, adminToken: token } = held.cluster;
    tell({ kind: 'ready', kubeconfig, server, caFile, token, bin: held.bin, logs: held.logs, pid: process.pid });
    if (!stopped.signal.aborted) await once(stopped.signal, 'abort');
  } catch (error) {
    if (!stopped.signal.aborted) tell({ kind: 'failed', message: toError(error).message });
    process.exitCode = 1;
  }
  await held?.[Symbol.asyncDispose]();
  // The channel to the terminal's process would keep this one alive.
  if (process.connected) process.disconnect();
}
