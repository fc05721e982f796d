import type { Assignment } from '@nicdiag/api';

/** When NodeCaptures were given to their agents, as the NicNodes say or said: a NicNode deleted by hand and made again
 * must not give anybody a second node deadline. */
export interface AssignedAt {
  /** RFC 3339 */
  text(childUid: string): string | undefined;
  /** milliseconds since the epoch */
  ms(childUid: string): number | undefined;
  remember(assignments: readonly Assignment[]): void;
  /** The NodeCapture has ended or is gone. */
  forget(childUid: string): void;
}

export function createAssignedAt(): AssignedAt {
  const known = new Map<string, { text: string; ms: number }>();
  return {
    text: (childUid) => known.get(childUid)?.text,
    ms: (childUid) => known.get(childUid)?.ms,
    remember(assignments) {
      for (const { uid, assignedAt } of assignments) {
        if (known.get(uid)?.text !== assignedAt) known.set(uid, { text: assignedAt, ms: Date.parse(assignedAt) });
      }
    },
    forget: (childUid) => {
      known.delete(childUid);
    },
  };
}
