import { type Assignment, MAX_ASSIGNMENTS } from '@nicdiag/api';
import { type ChildRecord, isLive } from '../records/child.ts';

export interface AssignmentInput {
  /** what the NicNode says now; empty when there is none */
  readonly current: readonly Assignment[];
  /** every NodeCapture of this node that the operator rendered */
  readonly children: readonly Pick<ChildRecord, 'uid' | 'namespace' | 'name' | 'createdMs' | 'state' | 'deleting'>[];
  readonly cancelled: (childUid: string) => boolean;
  /** when a child was assigned before, though the NicNode does not say so any more (it was deleted) */
  readonly rememberedAt: (childUid: string) => string | undefined;
  /** New work is given out only to a node that can take it: it exists, its agent is Ready and has the collectors. */
  readonly admitted: (childUid: string) => boolean;
  readonly nowMs: number;
}

/** What a node's inbox should hold: the oldest NodeCaptures that have not ended, at most 16. One that was given out stays
 * until it has ended, with the time it was given out at, even when an older one turns up. */
export function decideAssignments(input: AssignmentInput): Assignment[] {
  const live = new Map(
    input.children.filter((child) => isLive(child) && !child.deleting).map((child) => [child.uid, child]),
  );
  const kept = input.current.filter((assignment) => live.has(assignment.uid));
  const keptUids = new Set(kept.map((assignment) => assignment.uid));
  // After the inbox was deleted by hand, what had been given out comes back even before the agent is Ready again.
  const waiting = [...live.values()]
    .filter(
      (child) => !keptUids.has(child.uid) && (input.rememberedAt(child.uid) !== undefined || input.admitted(child.uid)),
    )
    .sort((a, b) => rank(a, input) - rank(b, input) || a.createdMs - b.createdMs || (a.uid < b.uid ? -1 : 1));
  const added = waiting.slice(0, Math.max(0, MAX_ASSIGNMENTS - kept.length)).map((child) => ({
    uid: child.uid,
    namespace: child.namespace,
    name: child.name,
    cancel: false,
    assignedAt: input.rememberedAt(child.uid) ?? new Date(input.nowMs).toISOString(),
  }));
  return [...kept, ...added].map((assignment) => ({
    ...assignment,
    cancel: assignment.cancel || input.cancelled(assignment.uid),
  }));
}

/** What an agent may already be at work on comes before what it has never seen. */
function rank(child: { uid: string }, { rememberedAt }: AssignmentInput): number {
  return rememberedAt(child.uid) === undefined ? 1 : 0;
}

/** True when two inboxes say the same; order does not matter, it is a map by uid. */
export function sameAssignments(a: readonly Assignment[], b: readonly Assignment[]): boolean {
  if (a.length !== b.length) return false;
  const byUid = new Map(a.map((assignment) => [assignment.uid, assignment]));
  return b.every((assignment) => {
    const other = byUid.get(assignment.uid);
    return other !== undefined && other.cancel === assignment.cancel && other.assignedAt === assignment.assignedAt;
  });
}
