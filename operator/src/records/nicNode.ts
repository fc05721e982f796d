import type { Assignment, NicNode } from '@nicdiag/api';
import type { Stored } from '@nicdiag/kube';

/** What the operator keeps of a NicNode. */
export interface NicNodeRecord {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** UID of the Node that owns it */
  readonly ownerUid: string | undefined;
  readonly assignments: readonly Assignment[];
  /** collector types of its agent; undefined while no agent has described itself */
  readonly collectors: readonly string[] | undefined;
}

export function nicNodeRecord(nicNode: Stored<NicNode>): NicNodeRecord {
  const { name, uid, generation, ownerReferences } = nicNode.metadata;
  return {
    name,
    uid,
    generation: generation ?? 0,
    ownerUid: ownerReferences?.find((owner) => owner.kind === 'Node')?.uid,
    assignments: nicNode.spec.assignments ?? [],
    collectors: nicNode.status?.agent?.collectors,
  };
}
