import { type Condition, type DiagnosticCapture, Reason } from '@nicdiag/api';
import { EXIT } from '../exitCodes.ts';

/** What a capture's conditions say, in one word and one number. */
export interface CaptureOutcome {
  /** For people and tables. */
  readonly state: 'Pending' | 'Running' | 'Succeeded' | 'Partial' | 'Failed' | 'Cancelled';
  readonly reason: string;
  readonly message: string;
  /** Every node has ended. */
  readonly finished: boolean;
  /** The artifacts are complete and have a manifest. */
  readonly sealed: boolean;
  /** Meaningful when finished. */
  readonly exitCode: number;
}

/** A pure function of the conditions (design: table of outcomes). A status that belongs to an older generation still
 * counts: only `cancel` and `retention` can change. */
export function captureOutcome(capture: Pick<DiagnosticCapture, 'status'>): CaptureOutcome {
  const condition = (type: string): Condition | undefined =>
    capture.status?.conditions?.find((candidate) => candidate.type === type);
  const succeeded = condition('Succeeded');
  const accepted = condition('Accepted');
  const sealed = condition('Sealed')?.status === 'True';
  if (condition('Finished')?.status !== 'True') {
    const shown = succeeded ?? accepted;
    const base = { reason: shown?.reason ?? '', message: shown?.message ?? '', finished: false, sealed };
    return { ...base, state: capture.status?.startedAt === undefined ? 'Pending' : 'Running', exitCode: EXIT.failed };
  }
  const { reason = '', message = '' } = succeeded ?? {};
  const ended = { reason, message, finished: true, sealed };
  if (succeeded?.status === 'True') return { ...ended, state: 'Succeeded', exitCode: EXIT.done };
  if (reason === Reason.Partial) return { ...ended, state: 'Partial', exitCode: EXIT.partial };
  if (reason === Reason.Cancelled) return { ...ended, state: 'Cancelled', exitCode: EXIT.cancelled };
  return { ...ended, state: 'Failed', exitCode: EXIT.failed };
}
