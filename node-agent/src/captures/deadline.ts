import { parseDuration } from '@nicdiag/runtime';

export type DeadlineReason = 'DeadlineExceeded' | 'NodeDeadlineExceeded';

export interface Deadline {
  /** Server time, milliseconds since the epoch, by which the final status is to be written. */
  readonly endMs: number;
  /** Server time at which no further command is issued: a little earlier, so that what was collected is uploaded and
   * the agent's own status, which tells more, comes before the operator's. */
  readonly stopMs: number;
  readonly reason: DeadlineReason;
}

/** Share of the time, and its bounds, that is kept for uploading and reporting. */
const RESERVE_SHARE = 0.1;
const MAX_RESERVE_MS = 5_000;

/** The end of one node's part: the capture's deadline or the node's own, whichever comes first.
 * @param deadline RFC 3339, of the whole capture
 * @param nodeDeadline duration, from `assignedAt` (RFC 3339)
 * @throws when one of the texts cannot be read */
export function computeDeadline(deadline: string, nodeDeadline: string, assignedAt: string): Deadline {
  const captureEnd = readTime(deadline);
  const assigned = readTime(assignedAt);
  const nodeEnd = assigned + parseDuration(nodeDeadline);
  const endMs = Math.min(captureEnd, nodeEnd);
  const reserve = Math.min(MAX_RESERVE_MS, Math.max(0, endMs - assigned) * RESERVE_SHARE);
  return {
    endMs,
    stopMs: endMs - reserve,
    reason: captureEnd <= nodeEnd ? 'DeadlineExceeded' : 'NodeDeadlineExceeded',
  };
}

function readTime(text: string): number {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) throw new Error(`"${text}" is not a time in RFC 3339`);
  return milliseconds;
}
