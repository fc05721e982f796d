import type { Assignment } from '@nicdiag/api';
import type { NicNodeRecord } from '../records/nicNode.ts';
import { type AssignmentInput, decideAssignments, sameAssignments } from './assignments.ts';

export interface InboxInput extends Omit<AssignmentInput, 'current'> {
  readonly node: { readonly uid: string } | undefined;
  readonly inbox: NicNodeRecord | undefined;
}

/** What is to be done about one node's NicNode. */
export type InboxPlan =
  | { type: 'none' }
  | { type: 'create'; nodeUid: string; assignments: Assignment[] }
  | { type: 'patch'; generation: number; assignments: Assignment[] }
  /** It belongs to a Node that was deleted, whether or not another has taken the name. */
  | { type: 'delete'; uid: string };

export function decideInbox(input: InboxInput): InboxPlan {
  const { node, inbox } = input;
  if (inbox && node && inbox.ownerUid !== node.uid) return { type: 'delete', uid: inbox.uid };
  const current = inbox?.assignments ?? [];
  const wanted = decideAssignments({ ...input, current });
  // Garbage collection would remove it, too, some time later.
  if (inbox && !node && wanted.length === 0) return { type: 'delete', uid: inbox.uid };
  if (inbox) {
    return sameAssignments(current, wanted)
      ? { type: 'none' }
      : { type: 'patch', generation: inbox.generation, assignments: wanted };
  }
  // Without a Node there is nobody to own it; without work nobody needs it.
  return node && wanted.length > 0 ? { type: 'create', nodeUid: node.uid, assignments: wanted } : { type: 'none' };
}
