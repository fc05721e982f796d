import type { DiagnosticCapture } from '@nicdiag/api';
import { findCondition } from '@nicdiag/kube';

/** Evidence that comes late makes a new revision of the seal, and only the artifact server knows. So it is asked again,
 * at growing intervals, for as long as the capture exists; this is the longest. */
export const lastResealMs = 21_600_000;

export interface SealInput {
  /** an agent was cut off, and may come back with what it had collected */
  readonly evidenceMayCome: boolean;
  /** from the seal to the first asking again */
  readonly firstResealMs: number;
  /** when this process last sealed it, milliseconds since the epoch */
  readonly lastSealMs: number | undefined;
  readonly nowMs: number;
}

export interface SealPlan {
  /** `first`: the nodes have all ended. `again`: whether there is a newer revision. */
  readonly ask: 'first' | 'again' | undefined;
  /** when to look again, milliseconds since the epoch */
  readonly wakeMs?: number;
}

/** Whether to ask the artifact server for the seal now, or when. */
export function decideSeal(
  capture: Pick<DiagnosticCapture, 'status'>,
  { evidenceMayCome, firstResealMs, lastSealMs, nowMs }: SealInput,
): SealPlan {
  if (!capture.status?.finishedAt) return { ask: undefined };
  const sealed = findCondition(capture.status.conditions, 'Sealed');
  if (sealed?.status !== 'True') return { ask: lastSealMs === undefined ? 'first' : undefined };
  if (!evidenceMayCome) return { ask: undefined };
  const sealedMs = Date.parse(sealed.lastTransitionTime);
  const askedMs = Math.max(lastSealMs ?? 0, sealedMs);
  const nextMs = askedMs + Math.min(lastResealMs, Math.max(firstResealMs, (askedMs - sealedMs) / 4));
  return nowMs >= nextMs ? { ask: 'again' } : { ask: undefined, wakeMs: nextMs };
}
