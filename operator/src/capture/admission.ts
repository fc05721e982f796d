import { type Collector, type NodeReason, Reason } from '@nicdiag/api';
import { agentMissingFrom, type NodeView } from './nodeView.ts';

/** Whether a node whose turn has come can take its part. */
export type Admission =
  | { type: 'start' }
  /** Ask again then: its agent may be restarting. */
  | { type: 'wait'; untilMs: number }
  | { type: 'refuse'; reason: NodeReason; message: string };

export interface AdmissionContext {
  readonly nodeName: string;
  /** The user named this node, and so must hear of a name that does not exist. */
  readonly named: boolean;
  readonly collectors: readonly Pick<Collector, 'type'>[];
  readonly nowMs: number;
}

/** Decides about a node that nothing was assigned to yet. */
export function admitNode(view: NodeView, { nodeName, named, collectors, nowMs }: AdmissionContext): Admission {
  if (!view.node) {
    return named
      ? refuse(Reason.NodeNotFound, `there is no Node "${nodeName}"; see kubectl get nodes`)
      : refuse(Reason.NodeDeleted, `Node "${nodeName}" was deleted before its turn came`);
  }
  const missingFrom = agentMissingFrom(view.agent);
  if (missingFrom !== undefined) {
    if (nowMs < missingFrom) return { type: 'wait', untilMs: missingFrom };
    return refuse(
      Reason.AgentMissing,
      `no Ready agent Pod runs on Node "${nodeName}"; see the Pods of the agents' DaemonSet there`,
    );
  }
  const lacking = lackingCollectors(view, collectors);
  if (lacking.length > 0) {
    return refuse(
      Reason.AgentTooOld,
      `the agent on Node "${nodeName}" does not have: ${lacking.join(', ')}; finish its roll-out`,
    );
  }
  return { type: 'start' };
}

/** Collector types asked for that the agent is known not to have. */
function lackingCollectors(view: NodeView, collectors: AdmissionContext['collectors']): string[] {
  const { collectors: known } = view;
  if (!known) return [];
  return [...new Set(collectors.map((collector) => collector.type))].filter((type) => !known.includes(type));
}

function refuse(reason: NodeReason, message: string): Admission {
  return { type: 'refuse', reason, message };
}
