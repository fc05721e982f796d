import { type NodeReason, Reason, type TerminalState } from '@nicdiag/api';
import type { ChildRecord } from '../records/child.ts';
import { type AdmissionContext, admitNode } from './admission.ts';
import type { NodeView } from './nodeView.ts';

/** A terminal status that the operator writes because the agent cannot, or did not. */
export interface Ending {
  readonly state: Extract<TerminalState, 'Failed' | 'Partial' | 'Cancelled'>;
  readonly reason: NodeReason;
  readonly message: string;
}

export interface EndingInput {
  readonly child: Pick<
    ChildRecord,
    'nodeName' | 'createdMs' | 'deadlineMs' | 'nodeDeadlineMs' | 'hasResults' | 'state'
  >;
  readonly view: NodeView;
  /** when it was given to its agent, milliseconds since the epoch; undefined while it was not */
  readonly assignedMs: number | undefined;
  readonly cancelled: boolean;
  readonly named: boolean;
  readonly collectors: AdmissionContext['collectors'];
  readonly nowMs: number;
}

/** An agent ends its work at the same instant by itself and says more about it; it gets that long to say it. */
export const lastWordMs = 5_000;

/** Whether the operator must end a NodeCapture now, or when to look again (milliseconds since the epoch).
 * An agent that restarts is no loss: its absence ends nothing before the node's deadline. */
export function decideEnding(input: EndingInput): { ending: Ending } | { wakeMs: number } {
  const { child, view, assignedMs, cancelled, nowMs } = input;
  const untouched = assignedMs === undefined && child.state === undefined;
  // A Node that is younger than the work for it is another node under the same name.
  if (!untouched && (!view.node || view.node.createdMs > child.createdMs)) {
    return end(child, Reason.NodeDeleted, `Node "${child.nodeName}" was deleted while the capture ran`);
  }
  if (cancelled && (untouched || !view.agent.ready)) {
    return {
      ending: { state: 'Cancelled', reason: Reason.Cancelled, message: 'cancelled; no agent was at work on it' },
    };
  }
  const patience = view.agent.ready ? lastWordMs : 0;
  const deadlineMs = child.deadlineMs + patience;
  if (nowMs >= deadlineMs) {
    return end(child, Reason.DeadlineExceeded, "the capture's deadline passed before the agent was done");
  }
  if (assignedMs !== undefined) {
    const nodeDeadlineMs = assignedMs + child.nodeDeadlineMs + patience;
    if (nowMs >= nodeDeadlineMs) return nodeOverdue(child, view);
    return { wakeMs: Math.min(deadlineMs, nodeDeadlineMs) };
  }
  // Not given out yet: what holds for nodes whose turn comes holds for this one.
  const admission = untouched ? admitNode(view, { ...input, nodeName: child.nodeName }) : { type: 'start' as const };
  if (admission.type === 'refuse') return end(child, admission.reason, admission.message);
  return { wakeMs: admission.type === 'wait' ? Math.min(deadlineMs, admission.untilMs) : deadlineMs };
}

function nodeOverdue(child: EndingInput['child'], view: NodeView): { ending: Ending } {
  return view.agent.ready
    ? end(child, Reason.NodeDeadlineExceeded, "the node's deadline passed before its agent was done")
    : end(child, Reason.AgentLost, "the node's agent went away and was not back by the node's deadline");
}

function end(child: EndingInput['child'], reason: NodeReason, message: string): { ending: Ending } {
  return { ending: { state: child.hasResults ? 'Partial' : 'Failed', reason, message } };
}
