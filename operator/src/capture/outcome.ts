import { type CaptureReason, Reason } from '@nicdiag/api';

/** How the nodes of a finished capture ended. */
export interface Tally {
  readonly targeted: number;
  readonly succeeded: number;
  readonly partial: number;
  readonly failed: number;
  readonly unsupported: number;
  readonly cancelled: number;
  /** nodes that succeeded but for devices that do not support what was asked */
  readonly withUnsupported: number;
  /** reasons of the nodes that did nothing */
  readonly reasons: ReadonlySet<string>;
}

export interface Outcome {
  readonly succeeded: 'True' | 'False';
  readonly reason: CaptureReason;
}

type Row = Outcome & { readonly when: (tally: Tally) => boolean };

const done = (tally: Tally) => tally.succeeded + tally.partial;
const wrong = (tally: Tally) => tally.partial + tally.failed;

/** The table of docs/architecture.md; the first row that holds decides. */
const rows: readonly Row[] = [
  { when: (tally) => tally.targeted === 0, succeeded: 'False', reason: Reason.NoNodeMatches },
  { when: (tally) => tally.cancelled > 0, succeeded: 'False', reason: Reason.Cancelled },
  {
    when: (tally) => tally.succeeded === tally.targeted && tally.withUnsupported === 0,
    succeeded: 'True',
    reason: Reason.AllSucceeded,
  },
  { when: (tally) => wrong(tally) === 0 && done(tally) > 0, succeeded: 'True', reason: Reason.WithUnsupported },
  { when: (tally) => done(tally) > 0, succeeded: 'False', reason: Reason.Partial },
];

/** What came of a capture whose nodes have all ended. */
export function decideOutcome(tally: Tally): Outcome {
  const row = rows.find((each) => each.when(tally));
  if (row) return { succeeded: row.succeeded, reason: row.reason };
  // Nothing done: the reason, where all nodes have the same.
  const [only, another] = tally.reasons;
  const reason = only !== undefined && another === undefined ? only : Reason.AllFailed;
  return { succeeded: 'False', reason: isReason(reason) ? reason : Reason.AllFailed };
}

/** Nodes may have any reason of the table; so may a capture that did nothing for that reason. */
function isReason(reason: string): reason is CaptureReason {
  return Object.hasOwn(Reason, reason);
}
