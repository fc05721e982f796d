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
  /** children that have not ended */
  readonly live: ReadonlyMap<string, ChildRecord>;
  /** reasons of children that did nothing, with how many have each */
  readonly failedReasons: ReadonlyMap<string, number>;
  has(name: string): boolean;
  /** node names of all children */
  nodeNames(): Iterable<string>;
  /** the worst, at most {@link maxFailures} */
  failures(): CaptureFailure[];
  /** nodes with a device that does not support what was asked, and why */
  unsupported(): ReadonlyMap<string, string>;
  /** Takes in a new or changed child, by name. */
  set(child: ChildRecord): void;
  delete(name: string): void;
}

export function createFold(children: Iterable<ChildRecord> = []): Fold {
  const byName = new Map<string, ChildRecord>();
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
    has: (name) => byName.has(name),
    nodeNames: () => Iterator.from(byName.values()).map((child) => child.nodeName),
    failures: () => [...failing.values()].flat().sort(byWeight).slice(0, maxFailures),
    unsupported: () => unsupported,
    set(child) {
      fold.delete(child.name);
      byName.set(child.name, child);
      count(child, 1);
      if (isLive(child)) live.set(child.name, child);
      if (child.failures.length > 0) failing.set(child.name, child.failures);
      if (child.unsupported !== undefined) unsupported.set(child.nodeName, child.unsupported);
    },
    delete(name) {
      const child = byName.get(name);
      if (!child) return;
      byName.delete(name);
      count(child, -1);
      live.delete(name);
      failing.delete(name);
      unsupported.delete(child.nodeName);
    },
  };
  for (const child of children) fold.set(child);
  return fold;
}
