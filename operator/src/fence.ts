/** Asked before each write: a leader that was paused must not write over its successor. */
export interface Fence {
  isLeader(): boolean;
}

export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError';
  readonly code = 'NotLeader';
  constructor() {
    super('this replica does not lead any more; the leader does the work');
  }
}

/** @throws NotLeaderError */
export function requireLeader(fence: Fence): void {
  if (!fence.isLeader()) throw new NotLeaderError();
}
