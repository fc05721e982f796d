import { setTimeout as sleep } from 'node:timers/promises';
import { API_VERSION, isTerminalState } from '@nicdiag/api';
import { createBackoff, type Logger, toError } from '@nicdiag/runtime';
import type { ApiClient } from '../apiServer/apiClient.ts';
import { ApiError, isTransient } from '../apiServer/apiError.ts';
import { judge, type Observed, type Verdict } from '../inbox/decide.ts';
import { observeNodeCapture } from '../inbox/nodeCapture.ts';
import type { CaptureRecord } from '../journal/captureRecord.ts';
import { captureFields } from './captureFields.ts';
import type { StatusPatch } from './nodeStatus.ts';

/** Which NodeCapture a status belongs to. */
export type StatusTarget = Pick<CaptureRecord, 'uid' | 'namespace' | 'name' | 'capture'>;

/** `written`; `ended`: somebody else wrote a terminal status first, which stays; `gone`: it was deleted. */
export type WriteResult = 'written' | 'ended' | 'gone';

export interface StatusReporter {
  /** One write that may fail: progress. */
  progress(target: StatusTarget, status: StatusPatch, options: { readonly signal: AbortSignal }): Promise<WriteResult>;
  /** The terminal status; tried until the API server has given an answer that stands. */
  final(target: StatusTarget, status: StatusPatch, options: { readonly signal: AbortSignal }): Promise<WriteResult>;
}

export function nodeCapturePath({ namespace, name }: Pick<StatusTarget, 'namespace' | 'name'>): string {
  return `/apis/${API_VERSION}/namespaces/${namespace}/nodecaptures/${name}`;
}

export function createStatusReporter(client: ApiClient, nodeName: string, logger: Logger): StatusReporter {
  /** The UID keeps a status from a later NodeCapture of the same name: the API server answers 409. */
  const write = async (target: StatusTarget, status: StatusPatch, signal: AbortSignal): Promise<void> => {
    const patch = { metadata: { uid: target.uid }, status };
    await client.patch(`${nodeCapturePath(target)}/status`, patch, { type: 'merge', signal });
  };

  /** What a refusal means is what the NodeCapture is now. */
  const verdict = async (target: StatusTarget, signal: AbortSignal): Promise<Verdict> => {
    const observed: Observed = await observeNodeCapture(client, target, { signal });
    return judge(observed, target.uid, nodeName);
  };

  const attempt = async (
    target: StatusTarget,
    status: StatusPatch,
    signal: AbortSignal,
  ): Promise<WriteResult | ApiError> => {
    try {
      await write(target, status, signal);
      return 'written';
    } catch (error) {
      if (!(error instanceof ApiError) || isTransient(error)) throw error;
      const now = await verdict(target, signal);
      return now === 'drop' ? 'gone' : now === 'stop' ? 'ended' : error;
    }
  };

  return {
    async progress(target, status, { signal }) {
      const result = await attempt(target, status, signal);
      if (result instanceof ApiError) throw result;
      return result;
    },
    async final(target, status, { signal }) {
      const backoff = createBackoff({ initialMs: 200, maxMs: 30_000 });
      let next = status;
      for (;;) {
        try {
          const result = await attempt(target, next, signal);
          if (!(result instanceof ApiError)) return result;
          const about = captureFields(target);
          logger.error('the final status was refused; a shorter one follows', { ...about, error: result });
          // Every capture ends: what the API server objects to must not keep this one open.
          if (result.status === 422) next = minimal(status, result);
        } catch (thrown) {
          signal.throwIfAborted();
          const about = { ...captureFields(target), error: toError(thrown) };
          logger.warn('the final status could not be written; it is tried again', about);
        }
        await sleep(backoff.next(), undefined, { signal });
      }
    },
  };
}

function minimal(status: StatusPatch, refused: ApiError): StatusPatch {
  const { state = 'Failed', reason = 'Failed', startedAt = null, finishedAt = null } = status;
  const terminal = isTerminalState(state ?? undefined) ? state : 'Failed';
  return {
    state: terminal,
    reason,
    startedAt,
    finishedAt,
    message: `the full status was refused: ${refused.message}`.slice(0, 500),
  };
}
