import { type CaptureCondition, type CaptureReason, type Condition, type NodeCounts, Reason } from '@nicdiag/api';
import { setCondition } from '@nicdiag/kube';
import type { Outcome } from './outcome.ts';

/** Where a capture stands, as far as its conditions go. */
export type Stage =
  | { type: 'active'; reason: CaptureReason; message: string }
  | { type: 'finished'; outcome: Outcome; message: string };

type Row = readonly [CaptureCondition, Condition['status'], CaptureReason, string];

/** All conditions but Accepted and Sealed, which have a life of their own.
 * Ready, Reconciling and Stalled are what kstatus reads: a failed capture must be Stalled, or `kubectl wait` and GitOps
 * tools wait for ever. @source https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus */
function rowsOf(stage: Stage): readonly Row[] {
  const { message } = stage;
  if (stage.type === 'active') {
    const { reason } = stage;
    return [
      ['Finished', 'False', reason, message],
      ['Succeeded', 'Unknown', reason, message],
      ['Sealed', 'False', reason, 'sealed once every node has ended'],
      ['Ready', 'False', reason, message],
      ['Reconciling', 'True', reason, message],
      ['Stalled', 'False', reason, message],
    ];
  }
  const { succeeded, reason } = stage.outcome;
  return [
    ['Finished', 'True', Reason.Finished, 'every node has ended'],
    ['Succeeded', succeeded, reason, message],
    ['Sealed', 'False', Reason.Sealing, 'the artifact server is making the manifest'],
    ['Ready', succeeded, reason, message],
    ['Reconciling', 'False', Reason.Finished, 'every node has ended'],
    ['Stalled', succeeded === 'True' ? 'False' : 'True', reason, message],
  ];
}

export interface ConditionContext {
  readonly generation: number;
  readonly nowMs: number;
}

/** Sets every condition for a stage; Accepted is true from the first one on. */
export function withStage(
  conditions: readonly Condition[],
  stage: Stage,
  targeted: number,
  context: ConditionContext,
): readonly Condition[] {
  const accepted: Row = [
    'Accepted',
    'True',
    Reason.Accepted,
    `the target is ${targeted} ${targeted === 1 ? 'node' : 'nodes'}`,
  ];
  return [accepted, ...rowsOf(stage)].reduce((all, row) => withCondition(all, row, context), conditions);
}

/** What the artifact server said about a finished capture. */
export type SealResult = { digest: string; sizeBytes: number } | { error: string };

export function withSeal(
  conditions: readonly Condition[],
  seal: SealResult,
  context: ConditionContext,
): readonly Condition[] {
  const row: Row =
    'error' in seal
      ? ['Sealed', 'False', Reason.SealFailed, `${seal.error}; it is tried again`]
      : ['Sealed', 'True', Reason.Sealed, `the manifest has ${seal.sizeBytes} bytes`];
  return withCondition(conditions, row, context);
}

/** Every condition as it is, for a newer generation of the spec. */
export function withGeneration(conditions: readonly Condition[], observedGeneration: number): readonly Condition[] {
  if (conditions.every((condition) => condition.observedGeneration === observedGeneration)) return conditions;
  return conditions.map((condition) => ({ ...condition, observedGeneration }));
}

function withCondition(
  conditions: readonly Condition[],
  [type, status, reason, message]: Row,
  { generation, nowMs }: ConditionContext,
): readonly Condition[] {
  return setCondition(
    conditions,
    { type, status, reason, message, observedGeneration: generation },
    wholeSeconds(nowMs),
  );
}

/** The reason why an active capture has not finished: the most advanced thing that goes on. */
export function activeReason(counts: NodeCounts): CaptureReason {
  if (counts.running > 0) return Reason.Running;
  return counts.queued > 0 ? Reason.Queued : Reason.Pending;
}

/** metav1.Time has whole seconds. */
function wholeSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
