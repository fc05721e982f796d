import type { DiagnosticCapture } from '@nicdiag/api';
import { findCondition } from '@nicdiag/kube';

/** A sealed capture is sealed again so often while agents may still bring late evidence: then the seal has a new revision. */
export const resealMs = 300_000;

export interface SealInput {
  /** an agent was cut off, and may come back with what it had collected */
  readonly evidenceMayCome: boolean;
  /** when this process last sealed it, milliseconds since the epoch */
  readonly lastSealMs: number | undefined;
  readonly nowMs: number;
}

/** Whether to ask the artifact server for the seal now, or when (milliseconds since the epoch). */
export function decideSeal(
  capture: Pick<DiagnosticCapture, 'status'>,
  { evidenceMayCome, lastSealMs, nowMs }: SealInput,
): { seal: boolean; wakeMs?: number } {
  if (!capture.status?.finishedAt) return { seal: false };
  const sealed = findCondition(capture.status.conditions, 'Sealed');
  if (sealed?.status !== 'True') return { seal: lastSealMs === undefined };
  if (!evidenceMayCome) return { seal: false };
  const nextMs = Math.max(lastSealMs ?? 0, Date.parse(sealed.lastTransitionTime)) + resealMs;
  return nowMs >= nextMs ? { seal: true } : { seal: false, wakeMs: nextMs };
}
