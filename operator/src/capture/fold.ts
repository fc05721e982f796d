import type { CaptureFailure, NodeCaptureState } from '@nicdiag/api';
import { type ChildRecord, isLive } from '../records/child.ts';
import { byWeight, maxFailures } from './failures.ts';

/** Nodes that have a NodeCapture, by where it stands. */
export type Bucket = 'queued' | 'running' | 'succeeded' | 'partial' | 'failed' | 'unsupported' | 'cancelled';

const bucketOf: Readonly<Record<NodeCaptureState, Bucket>> = {
  Queued: 'queued',
  Running: 'running',
  Succeeded: 'succeeded',
  Partial: 'partial',
  Failed: 'failed',
  Unsupported: 'unsupported',
  Cancelled: 'cancelled',
};

/** The sum of a capture's children, kept up to date one child at a time. */
export interface Fold {
  readonly counts: Readonly<Record<Bucket, number>>;
  readonly totalBytes: number;
  readonly storedBytes: number;
  /** children that have not ended, by node */
  readonly live: ReadonlyMap<string, ChildRecord>;
  /** reasons of children that did nothing, with how many have each */
  readonly failedReasons: ReadonlyMap<string, number>;
  /** whether a node has its NodeCapture; a capture has one for each node, named for it */
  has(nodeName: string): boolean;
  /** node names of all children */
  nodeNames(): Iterable<string>;
  /** the worst, at most {@link maxFailures} */
  failures(): CaptureFailure[];
  /** nodes with a device that does not support what was asked, and why */
  unsupported(): ReadonlyMap<string, string>;
  /** Takes in a new or changed child. */
  set(child: ChildRecord): void;
  delete(nodeName: string): void;
}

export function createFold(children: Iterable<ChildRecord> = []): Fold {
  const byNode = new Map<string, ChildRecord>();
  const counts: Record<Bucket, number> = {
    queued: 0,
    running: 0,
    succeeded: 0,
    partial: 0,
    failed: 0,
    unsupported: 0,
    cancelled: 0,
  };
  const live = new Map<string, ChildRecord>();
  const failing = new Map<string, readonly CaptureFailure[]>();
  const unsupported = new Map<string, string>();
  const failedReasons = new Map<string, number>();
  let totalBytes = 0;
  let storedBytes = 0;

  function count(child: ChildRecord, by: 1 | -1): void {
    counts[bucketOf[child.state ?? 'Queued']] += by;
    totalBytes += by * child.totalBytes;
    storedBytes += by * child.storedBytes;
    if (child.state !== 'Failed' && child.state !== 'Unsupported') return;
    const reason = child.reason ?? child.state;
    const left = (failedReasons.get(reason) ?? 0) + by;
    if (left === 0) failedReasons.delete(reason);
    else failedReasons.set(reason, left);
  }

  const fold: Fold = {
    counts,
    live,
    failedReasons,
    get totalBytes() {
      return totalBytes;
    },
    get storedBytes() {
      return storedBytes;
    },
    has: (nodeName) => byNode.has(nodeName),
    nodeNames: () => byNode.keys(),
    failures: () => [...failing.values()].flat().sort(byWeight).slice(0, maxFailures),
    unsupported: () => unsupported,
    set(child) {
      const { nodeName } = child;
      fold.delete(nodeName);
      byNode.set(nodeName, child);
      count(child, 1);
      if (isLive(child)) live.set(nodeName, child);
      if (child.failures.length > 0) failing.set(nodeName, child.failures);
      if (child.unsupported !== undefined) unsupported.set(nodeName, child.unsupported);
    },
    delete(nodeName) {
      const child = byNode.get(nodeName);
      if (!child) return;
      byNode.delete(nodeName);
      count(child, -1);
      live.delete(nodeName);
      failing.delete(nodeName);
      unsupported.delete(nodeName);
    },
  };
  for (const child of children) fold.set(child);
  return fold;
}
