import type { CollectorReason } from '@nicdiag/api';
import type { ItemFailure } from '../items/itemLine.ts';
import type { CollectorOutcome } from './outcome.ts';

/** Why no further command is issued for a capture. `EndedElsewhere`: somebody wrote a terminal status. */
export type StopReason = 'Cancelled' | 'DeadlineExceeded' | 'NodeDeadlineExceeded' | 'EndedElsewhere';

/** How a collector came to its end, as its lane tells it. */
export interface ReportedEnd {
  readonly state: 'Done' | 'Unsupported' | 'Failed' | 'Cancelled';
  readonly reason?: CollectorReason;
  readonly message?: string;
}

/** How a device's lane came to its end when a collector of it has no end of its own. */
export interface LaneEnd {
  readonly outcome: 'done' | 'cancelled' | 'gone' | 'hung' | 'openFailed' | 'crashed' | 'spoolFull';
  readonly message?: string;
}

const REASON_OF_LANE = {
  done: 'CollectorError',
  cancelled: 'Cancelled',
  gone: 'DeviceGone',
  hung: 'DeviceHung',
  openFailed: 'OpenFailed',
  crashed: 'CollectorError',
  spoolFull: 'SpoolFull',
} as const satisfies Record<LaneEnd['outcome'], CollectorReason>;

const MESSAGE_OF_STOP = {
  Cancelled: 'stopped because the capture was cancelled',
  DeadlineExceeded: "stopped because the capture's deadline came",
  NodeDeadlineExceeded: "stopped because the node's deadline came",
  EndedElsewhere: 'stopped because the capture was ended for this node',
} as const satisfies Record<StopReason, string>;

/** What a collector came to.
 * @param end as the lane told it; absent when the lane ended before the collector did
 * @param counted items on disk, which may be more than the last run saw, and the first of those with an error */
export function collectorOutcome(
  name: string,
  end: ReportedEnd | undefined,
  lane: LaneEnd | undefined,
  counted: {
    readonly items: number;
    readonly itemErrors: number;
    readonly failures: readonly Omit<ItemFailure, 'outcome'>[];
  },
  stop: StopReason | undefined,
): CollectorOutcome {
  const { items, itemErrors } = counted;
  const outcome = { name, items, itemErrors };
  const someGood = items > itemErrors;

  // A full spool cancels the lane; what the lane says of it is only the consequence.
  if (lane?.outcome !== 'spoolFull') {
    if (end?.state === 'Done') {
      if (itemErrors === 0) return { ...outcome, state: 'Succeeded' };
      const message = refusals(items, itemErrors, counted.failures[0]);
      return { ...outcome, state: someGood ? 'Partial' : 'Failed', reason: 'ItemErrors', message };
    }
    if (end?.state === 'Unsupported') {
      return { ...outcome, state: 'Unsupported', reason: 'Unsupported', ...said(end.message) };
    }
    if ((end?.state ?? (lane?.outcome === 'cancelled' ? 'Cancelled' : 'Failed')) === 'Cancelled') {
      return stopped(outcome, stop ?? 'Cancelled', someGood);
    }
  }
  const reason = (lane?.outcome === 'spoolFull' ? undefined : end?.reason) ?? REASON_OF_LANE[lane?.outcome ?? 'done'];
  return { ...outcome, state: someGood ? 'Partial' : 'Failed', reason, ...said(end?.message ?? lane?.message) };
}

/** The first one is named: often it is the only one, or shows what is wrong with all. */
function refusals(items: number, itemErrors: number, first: Omit<ItemFailure, 'outcome'> | undefined): string {
  const [were, one] = itemErrors === 1 ? ['was', ''] : ['were', ', first'];
  const told = `${itemErrors} of ${items} reads ${were} refused or failed`;
  if (first === undefined) return told;
  const answer = [first.status ?? first.errno, first.syndrome && `syndrome ${first.syndrome}`].filter(Boolean);
  return `${told}${one}: ${first.key} (${answer.join(', ')})`;
}

function stopped(
  outcome: { readonly name: string; readonly items: number; readonly itemErrors: number },
  stop: StopReason,
  someGood: boolean,
): CollectorOutcome {
  const message = MESSAGE_OF_STOP[stop];
  if (stop === 'Cancelled' || stop === 'EndedElsewhere')
    return { ...outcome, state: 'Cancelled', reason: 'Cancelled', message };
  return { ...outcome, state: someGood ? 'Partial' : 'Failed', reason: stop, message };
}

function said(message: string | undefined): { readonly message?: string } {
  return message === undefined ? {} : { message };
}
