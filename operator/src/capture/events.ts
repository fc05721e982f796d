import {
  type CaptureFailure,
  type DiagnosticCapture,
  type DiagnosticCaptureStatus,
  type EventReason,
  Reason,
} from '@nicdiag/api';
import { findCondition } from '@nicdiag/kube';

/** What a change of a capture's status is worth telling its owner. */
export interface CaptureEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: EventReason;
  readonly action: string;
  readonly note: string;
}

/** Pure: from the status before and after. Failures of nodes are told together, one event a write. */
export function eventsOf(before: DiagnosticCapture['status'], after: DiagnosticCaptureStatus): CaptureEvent[] {
  const events: CaptureEvent[] = [];
  if (!before?.startedAt) {
    events.push({
      type: 'Normal',
      reason: Reason.Accepted,
      action: 'Resolve',
      note: findCondition(after.conditions, 'Accepted')?.message ?? 'the target is resolved',
    });
  }
  const failed = newFailures(before?.failures ?? [], after.failures ?? []);
  if (failed.length > 0) {
    events.push({ type: 'Warning', reason: Reason.NodeFailed, action: 'Fold', note: failed.map(describe).join('; ') });
  }
  if (after.finishedAt && !before?.finishedAt) events.push(...finished(after));
  events.push(...sealing(before, after));
  return events;
}

function finished(after: DiagnosticCaptureStatus): CaptureEvent[] {
  const succeeded = findCondition(after.conditions, 'Succeeded');
  if (!succeeded) return [];
  return [
    {
      type: succeeded.status === 'True' ? 'Normal' : 'Warning',
      // A capture may have failed for any reason of a node; events have a short list of their own.
      reason: outcomes.find((reason) => reason === succeeded.reason) ?? Reason.AllFailed,
      action: 'Finish',
      note: succeeded.message,
    },
  ];
}

const outcomes = [
  Reason.AllSucceeded,
  Reason.WithUnsupported,
  Reason.Partial,
  Reason.Cancelled,
  Reason.DeadlineExceeded,
  Reason.NoNodeMatches,
] as const satisfies readonly EventReason[];

function sealing(before: DiagnosticCapture['status'], after: DiagnosticCaptureStatus): CaptureEvent[] {
  const was = findCondition(before?.conditions, 'Sealed')?.reason;
  const is = findCondition(after.conditions, 'Sealed');
  if (is?.reason !== Reason.SealFailed || was === Reason.SealFailed) return [];
  return [{ type: 'Warning', reason: Reason.SealFailed, action: 'Seal', note: is.message }];
}

function newFailures(before: readonly CaptureFailure[], after: readonly CaptureFailure[]): CaptureFailure[] {
  const known = new Set(before.map(describe));
  return after.filter((failure) => !known.has(describe(failure)));
}

function describe({ node, device, collector, reason }: CaptureFailure): string {
  return `${[node, device, collector].filter((part) => part !== undefined).join(' ')}: ${reason}`;
}
