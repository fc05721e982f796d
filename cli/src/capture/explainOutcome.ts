import { type CaptureFailure, type DiagnosticCapture, Reason } from '@nicdiag/api';
import { captureOutcome } from './captureOutcome.ts';

/** Why a capture that has ended did not do everything, a line each: first in one sentence, then the worst failures.
 * @returns nothing when it did everything */
export function explainOutcome(capture: Pick<DiagnosticCapture, 'status'>): string[] {
  const { reason, message } = captureOutcome(capture);
  if (reason === Reason.AllSucceeded) return [];
  return [`${reason}: ${message}`, ...(capture.status?.failures ?? []).map((failure) => `  ${failureLine(failure)}`)];
}

function failureLine({ node, device, collector, reason, message }: CaptureFailure): string {
  return `${[node, device, collector].filter(Boolean).join(' ')}: ${reason}${message ? `: ${message}` : ''}`;
}
