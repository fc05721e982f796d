import { setTimeout as delay } from 'node:timers/promises';
import type { DiagnosticCapture } from '@nicdiag/api';
import { isKubeError, type KubeClient, type Stored } from '@nicdiag/kube';
import { CAPTURES } from '../connection/resources.ts';
import { CommandError } from '../exitCodes.ts';
import type { Progress } from '../output/progress.ts';

export interface WaitOptions {
  readonly client: KubeClient;
  /** As it was created: another one with the same name is not waited for. */
  readonly capture: Stored<DiagnosticCapture>;
  /** Whether this state is the one that is waited for. */
  readonly until: (capture: Stored<DiagnosticCapture>) => boolean;
  /** Called with every new state. */
  readonly onState: (capture: Stored<DiagnosticCapture>) => void;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Follows one capture by a watch on its name until `until` holds. Survives restarts of the API server and watches that
 * end: it looks again and goes on.
 * @throws CommandError when the capture is deleted; KubeError when it may not be read */
export async function waitForCapture(options: WaitOptions): Promise<Stored<DiagnosticCapture>> {
  const { client, progress, signal } = options;
  const { namespace, name, uid } = options.capture.metadata;
  const deleted = () => new CommandError(`capture ${namespace}/${name} was deleted while it was waited for`);
  for (let failures = 0; ; ) {
    try {
      const now = await client.find(CAPTURES, { namespace, name }, { signal });
      if (now?.metadata.uid !== uid) throw deleted();
      if (failures > 0) progress.say('the API server answers again');
      failures = 0;
      options.onState(now);
      if (options.until(now)) return now;
      const found = await watchUntil(options, now.metadata.resourceVersion);
      if (found === 'deleted') throw deleted();
      if (found !== undefined) return found;
    } catch (error) {
      if (!isPassing(error)) throw error;
      failures += 1;
      if (failures === 1) progress.say(`the connection to the API server was lost, trying again: ${error.message}`);
      await delay(Math.min(5_000, 250 * 2 ** Math.min(failures, 6)), undefined, { signal });
    }
  }
}

/** @returns the state waited for, `deleted`, or undefined when the server ended the watch */
async function watchUntil(
  { client, capture, until, onState, signal }: WaitOptions,
  resourceVersion: string,
): Promise<Stored<DiagnosticCapture> | 'deleted' | undefined> {
  const { namespace, name, uid } = capture.metadata;
  const fieldSelector = `metadata.name=${name}`;
  for await (const event of client.watch(CAPTURES, { namespace, fieldSelector, resourceVersion, signal })) {
    if (event.type === 'BOOKMARK') continue;
    if (event.type === 'DELETED' || event.object.metadata.uid !== uid) return 'deleted';
    onState(event.object);
    if (until(event.object)) return event.object;
  }
  return undefined;
}

/** No answer, a watch that broke or became too old, a server that is starting: these pass. 401 as well, while a restarted
 * API server does not know its users yet. */
function isPassing(error: unknown): error is Error {
  return (
    isKubeError(error) &&
    (error.status === 0 || error.status === 410 || error.status === 401 || error.status === 429 || error.status >= 500)
  );
}
