import { type DiagnosticCapture, isTerminalState, Reason } from '@nicdiag/api';
import type { SealedNode } from '@nicdiag/artifacts';
import { findCondition } from '@nicdiag/kube';
import type { ChildRecord } from '../records/child.ts';

/** What became of every node, for the manifest: from its NodeCapture, or that it never had one.
 * @param never nodes whose turn never came
 * @param cancelled whether that was because the capture was cancelled */
export function sealedNodes(
  children: Iterable<ChildRecord>,
  never: Iterable<string>,
  cancelled: boolean,
): SealedNode[] {
  const nodes: SealedNode[] = [];
  for (const { nodeName, state, reason } of children) {
    if (isTerminalState(state)) nodes.push({ name: nodeName, state, ...(reason ? { reason } : {}) });
  }
  for (const name of never) {
    nodes.push(
      cancelled
        ? { name, state: 'Cancelled', reason: Reason.Cancelled }
        : { name, state: 'Failed', reason: Reason.DeadlineExceeded },
    );
  }
  return nodes;
}

/** Reasons with which the operator ends a node over its agent's head: what that agent has collected may still come. */
const cutOff: ReadonlySet<string> = new Set([
  Reason.AgentLost,
  Reason.Cancelled,
  Reason.DeadlineExceeded,
  Reason.NodeDeadlineExceeded,
  Reason.NodeDeleted,
  Reason.UploadFailed,
]);

/** Whether a capture that has ended may still get evidence. Once its NodeCaptures are gone, nobody knows which nodes were
 * cut off: then any failure may have been one. */
export function mayGetEvidence(
  capture: Pick<DiagnosticCapture, 'status'>,
  children: readonly Pick<ChildRecord, 'reason'>[],
): boolean {
  if (children.length > 0) return children.some(({ reason }) => reason !== undefined && cutOff.has(reason));
  const { conditions, counts } = capture.status ?? {};
  return findCondition(conditions, 'Succeeded')?.status === 'False' && (counts?.targeted ?? 0) > 0;
}
