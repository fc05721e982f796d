import { once } from 'node:events';
import { toError } from '@nicdiag/runtime';
import { type Stack, startStack } from '../stack/startStack.ts';
import { installLaunchers } from './launchers.ts';
import { type HolderMessage, isTerminalMessage } from './messages.ts';

/* The background process of a demo: holds the stack, in a private mount namespace, until the process in the terminal
 * says so or is gone, or, when it was told to keep it, until SIGTERM. */
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

let stack: Stack | undefined;
try {
  const say = (line: string): void => tell({ kind: 'say', line });
  stack = await startStack({ restart: 'always', say, signal: stopped.signal });
  const bin = installLaunchers(stack.cluster);
  const { kubeconfig, server, caFile, adminToken: token } = stack.cluster;
  tell({ kind: 'ready', kubeconfig, server, caFile, token, bin, logs: stack.logs, pid: process.pid });
  if (!stopped.signal.aborted) await once(stopped.signal, 'abort');
} catch (error) {
  if (!stopped.signal.aborted) tell({ kind: 'failed', message: toError(error).message });
  process.exitCode = 1;
}
await stack?.[Symbol.asyncDispose]();
// The channel to the terminal's process would keep this one alive.
if (process.connected) process.disconnect();
