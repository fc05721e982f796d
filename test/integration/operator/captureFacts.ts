import type { DiagnosticCaptureStatus } from '@nicdiag/api';
import { findCondition } from '@nicdiag/kube';

/** Status and reason of the condition Succeeded, e.g. `False Partial`. */
export function reasonOf(status: DiagnosticCaptureStatus | undefined): string {
  const succeeded = findCondition(status?.conditions, 'Succeeded');
  return `${succeeded?.status} ${succeeded?.reason}`;
}
