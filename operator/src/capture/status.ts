import {
  type CaptureFailure,
  type DiagnosticCapture,
  type DiagnosticCaptureStatus,
  type NodeCounts,
  Reason,
} from '@nicdiag/api';
import type { Stored } from '@nicdiag/kube';
import { activeReason, type SealResult, withGeneration, withSeal, withStage } from './conditions.ts';
import { maxFailures } from './failures.ts';
import type { Fold } from './fold.ts';
import { decideOutcome, type Outcome } from './outcome.ts';
import type { Target } from './target.ts';

export interface StatusInput {
  readonly capture: Stored<DiagnosticCapture>;
  /** RFC 3339; when it was accepted */
  readonly startedAt: string;
  readonly target: Target;
  readonly fold: Fold;
  /** Why nodes that have not begun never will. */
  readonly closed: 'cancelled' | 'deadline' | undefined;
  readonly nowMs: number;
}

/** Nodes of the target that have no NodeCapture yet, in the order of their turns. */
export function* pendingNodes(target: Target, fold: Fold): Generator<string> {
  for (const node of target.nodes) if (!fold.has(node)) yield node;
}

/** The status of a capture that had not finished before. */
export function composeStatus(input: StatusInput): DiagnosticCaptureStatus {
  const { capture, startedAt, target, fold, nowMs } = input;
  const pending = [...pendingNodes(target, fold)];
  const counts = countNodes(input, pending.length);
  const finished = fold.live.size === 0 && counts.pending === 0;
  const ended = counts.targeted - counts.pending - counts.queued - counts.running;
  const progress = `${ended}/${counts.targeted}`;
  const outcome = finished ? outcomeOf(input, counts, pending.length) : undefined;
  const context = { generation: capture.metadata.generation ?? 0, nowMs };
  const conditions = withStage(
    capture.status?.conditions ?? [],
    outcome
      ? { type: 'finished', outcome, message: outcomeMessage(outcome, counts, fold) }
      : { type: 'active', reason: activeReason(counts), message: `${ended} of ${counts.targeted} nodes have ended` },
    counts.targeted,
    context,
  );
  return {
    observedGeneration: context.generation,
    progress,
    counts,
    startedAt,
    ...(finished ? { finishedAt: new Date(nowMs).toISOString() } : {}),
    totalBytes: fold.totalBytes,
    storedBytes: fold.storedBytes,
    failures: [...fold.failures(), ...neverBegun(input, pending)].slice(0, maxFailures),
    conditions: [...conditions],
  };
}

/** The status of a finished capture: nothing of it changes any more but what the artifact server says, and which
 * generation of the spec it belongs to. */
export function composeFinished(
  capture: Stored<DiagnosticCapture>,
  seal: SealResult | undefined,
  nowMs: number,
): DiagnosticCaptureStatus {
  const generation = capture.metadata.generation ?? 0;
  const status = capture.status ?? {};
  const conditions = withGeneration(status.conditions ?? [], generation);
  // Sealing again later, for late evidence, may fail without undoing the first seal.
  const news = seal && !('error' in seal && status.manifest) ? seal : undefined;
  const sealed = news ? withSeal(conditions, news, { generation, nowMs }) : conditions;
  return {
    ...status,
    observedGeneration: generation,
    ...(seal && 'digest' in seal ? { manifest: { digest: seal.digest, sizeBytes: seal.sizeBytes } } : {}),
    conditions: [...sealed],
  };
}

function countNodes({ target, fold, closed }: StatusInput, pending: number): NodeCounts {
  const { counts } = fold;
  return {
    targeted: target.nodes.length + target.vanished,
    pending: closed ? 0 : pending,
    queued: counts.queued,
    running: counts.running,
    succeeded: counts.succeeded,
    partial: counts.partial,
    failed: counts.failed + target.vanished + (closed === 'deadline' ? pending : 0),
    unsupported: counts.unsupported,
    cancelled: counts.cancelled + (closed === 'cancelled' ? pending : 0),
  };
}

/** Failures of nodes without a NodeCapture. */
function neverBegun({ target, closed }: StatusInput, pending: readonly string[]): CaptureFailure[] {
  const failures: CaptureFailure[] = [];
  if (target.vanished > 0) {
    const message = `${target.vanished} selected nodes were deleted or relabelled before their turn, while the operator was restarted`;
    failures.push({ node: '(unknown)', reason: Reason.NodeDeleted, message });
  }
  if (closed === 'deadline') {
    const message = "the capture's deadline passed before its turn came; see parallelism.maxNodes";
    failures.push(...pending.slice(0, maxFailures).map((node) => ({ node, reason: Reason.DeadlineExceeded, message })));
  }
  return failures;
}

function outcomeOf({ fold, target, closed }: StatusInput, counts: NodeCounts, pending: number): Outcome {
  const reasons = new Set(fold.failedReasons.keys());
  if (closed === 'deadline' && pending > 0) reasons.add(Reason.DeadlineExceeded);
  if (target.vanished > 0) reasons.add(Reason.NodeDeleted);
  return decideOutcome({ ...counts, withUnsupported: fold.unsupported().size, reasons });
}

function outcomeMessage({ reason }: Outcome, counts: NodeCounts, fold: Fold): string {
  const single = counts.targeted === 1;
  switch (reason) {
    case Reason.AllSucceeded:
      return single ? 'the node did everything' : `all ${counts.targeted} nodes did everything`;
    case Reason.NoNodeMatches:
      return 'the target selects no node; see kubectl get nodes --show-labels';
    case Reason.WithUnsupported:
      return `everything that is possible is there; not supported on ${examples(fold.unsupported())}`;
    case Reason.Cancelled:
      return `cancelled; ${counts.targeted - counts.cancelled} of ${counts.targeted} nodes had ended before`;
    case Reason.Partial:
      return single
        ? `the node did a part of what was asked${whereWhy(counts, fold)}`
        : `${counts.succeeded} of ${counts.targeted} nodes did everything${whereWhy(counts, fold)}`;
    default:
      return single
        ? `the node did not do what was asked${whereWhy(counts, fold)}`
        : `none of ${counts.targeted} nodes did what was asked${whereWhy(counts, fold)}`;
  }
}

/** Where the reasons of the nodes are that did not do everything. */
function whereWhy(counts: NodeCounts, fold: Fold): string {
  const failures = counts.failed + counts.partial > 0 ? '; see status.failures' : '';
  if (fold.unsupported().size === 0) return failures;
  return `${failures}; not supported on ${examples(fold.unsupported())}, see its NodeCapture`;
}

/** `gpu-c (DeviceUnsupported), gpu-d (DeviceUnsupported) and 3 more` */
function examples(reasons: ReadonlyMap<string, string>): string {
  const sorted = [...reasons].sort(([a], [b]) => (a < b ? -1 : 1));
  const named = sorted.slice(0, 3).map(([node, reason]) => `${node} (${reason})`);
  const rest = sorted.length - named.length;
  return named.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
