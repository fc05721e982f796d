import type { Stored } from '@nicdiag/kube';
import type { Pod } from '../resources.ts';

/** What the operator keeps of an agent's Pod. */
export interface AgentPodRecord {
  readonly name: string;
  readonly nodeName: string;
  readonly ready: boolean;
  /** since when it is, or is not, ready: milliseconds since the epoch */
  readonly sinceMs: number;
}

export function agentPodRecord(pod: Stored<Pod>): AgentPodRecord {
  const { name, creationTimestamp, deletionTimestamp } = pod.metadata;
  const condition = pod.status?.conditions?.find((each) => each.type === 'Ready');
  const nodeName = pod.spec?.nodeName ?? '';
  // A Pod that is being deleted still says Ready until its process has gone; work is not given to it any more.
  if (deletionTimestamp) return { name, nodeName, ready: false, sinceMs: Date.parse(deletionTimestamp) };
  const changed = condition?.lastTransitionTime ?? creationTimestamp;
  return { name, nodeName, ready: condition?.status === 'True', sinceMs: Date.parse(changed) };
}
