import { type Assignment, isTerminalState, type NodeCaptureState } from '@nicdiag/api';

/** Where a capture stands that this agent knows of. */
export interface KnownCapture {
  readonly uid: string;
  /** `active`: at work or waiting, no terminal status yet. `reported`: has one; perhaps still uploading.
   * `finished`: nothing left to do, remembered so that it never runs again. */
  readonly phase: 'active' | 'reported' | 'finished';
  readonly cancelled: boolean;
}

/** What the inbox asks for, in the order to do it. */
export type InboxAction =
  | { readonly type: 'start'; readonly assignment: Assignment }
  | { readonly type: 'cancel'; readonly uid: string }
  /** Its assignment vanished: ask the API server what became of the NodeCapture. */
  | { readonly type: 'check'; readonly uid: string };

/** Compares the assignments of the NicNode with what the agent knows.
 * The list is derived by the operator and may be stale or made anew, so an absent assignment proves nothing. */
export function decideInbox(
  assignments: readonly Assignment[],
  known: readonly KnownCapture[],
): readonly InboxAction[] {
  const byUid = new Map(known.map((capture) => [capture.uid, capture]));
  const assigned = new Set(assignments.map((assignment) => assignment.uid));
  const actions: InboxAction[] = [];
  for (const assignment of assignments) {
    const capture = byUid.get(assignment.uid);
    if (capture === undefined) actions.push({ type: 'start', assignment });
    else if (capture.phase === 'active' && assignment.cancel && !capture.cancelled) {
      actions.push({ type: 'cancel', uid: assignment.uid });
    }
  }
  for (const capture of known) {
    // One that has reported is expected to be unassigned; whether it still exists the artifact server will say.
    if (capture.phase === 'active' && !assigned.has(capture.uid)) actions.push({ type: 'check', uid: capture.uid });
  }
  return actions;
}

/** What the API server has under a NodeCapture's name. */
export type Observed =
  | { readonly type: 'absent' }
  | {
      readonly type: 'present';
      readonly uid: string;
      readonly state: NodeCaptureState | undefined;
      readonly nodeName: string;
    };

/** `run`: it is ours to do. `stop`: somebody else ended it, what was collected is kept. `drop`: it was deleted. */
export type Verdict = 'run' | 'stop' | 'drop';

/** Judges a NodeCapture that was asked for by name.
 * @param uid the one that was meant: another one of the same name is another capture */
export function judge(observed: Observed, uid: string, nodeName: string): Verdict {
  if (observed.type === 'absent' || observed.uid !== uid || observed.nodeName !== nodeName) return 'drop';
  return isTerminalState(observed.state) ? 'stop' : 'run';
}
