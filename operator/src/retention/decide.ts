import type { DiagnosticCapture } from '@nicdiag/api';
import { findCondition } from '@nicdiag/kube';
import { parseDuration } from '@nicdiag/runtime';

/** NodeCaptures stay so long after the capture was sealed: their status is only read by people, and etcd is not for keeping. */
export const childrenKeptMs = 3_600_000;

export interface RetentionPlan {
  readonly deleteCapture: boolean;
  readonly deleteChildren: boolean;
  /** milliseconds since the epoch of the next thing to do */
  readonly wakeMs: number | undefined;
}

/** What of a finished capture has had its time. `hold` keeps the capture, and with it its artifacts; not its NodeCaptures. */
export function decideRetention(
  capture: Pick<DiagnosticCapture, 'spec' | 'status'>,
  { hasChildren, nowMs }: { hasChildren: boolean; nowMs: number },
): RetentionPlan {
  const { finishedAt } = capture.status ?? {};
  if (!finishedAt) return { deleteCapture: false, deleteChildren: false, wakeMs: undefined };
  const { ttlAfterFinished, hold } = capture.spec.retention;
  const captureEndMs = hold ? undefined : Date.parse(finishedAt) + parseDuration(ttlAfterFinished);
  const sealed = findCondition(capture.status?.conditions, 'Sealed');
  const childrenEndMs =
    hasChildren && sealed?.status === 'True' ? Date.parse(sealed.lastTransitionTime) + childrenKeptMs : undefined;
  const deleteCapture = captureEndMs !== undefined && nowMs >= captureEndMs;
  const deleteChildren = childrenEndMs !== undefined && nowMs >= childrenEndMs;
  const future = [captureEndMs, childrenEndMs].filter((ms): ms is number => ms !== undefined && ms > nowMs);
  return { deleteCapture, deleteChildren, wakeMs: future.length > 0 ? Math.min(...future) : undefined };
}
