import { crashPoint } from '@nicdiag/runtime';

/** Places at which a test kills the operator (`NICDIAG_CRASH_AT=<name>[:<pass>]`), each between two writes. */
export const crashPoints = {
  beforeAccept: 'operator.before-accept',
  afterAccept: 'operator.after-accept',
  childCreated: 'operator.child-created',
  refusedChildCreated: 'operator.refused-child-created',
  childEnded: 'operator.child-ended',
  inboxWritten: 'operator.inbox-written',
  beforeStatus: 'operator.before-status',
  afterStatus: 'operator.after-status',
  afterFinish: 'operator.after-finish',
  beforeSeal: 'operator.before-seal',
  afterSeal: 'operator.after-seal',
  childrenDeleted: 'operator.children-deleted',
} as const;

export type CrashPoint = keyof typeof crashPoints;

/** Dies here when the environment says so. */
export function passCrashPoint(point: CrashPoint): void {
  crashPoint(crashPoints[point]);
}
