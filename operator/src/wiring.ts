import { type DiagnosticCapture, MAX_ASSIGNMENTS } from '@nicdiag/api';
import { type Change, objectKey, type Stored, type WorkQueue } from '@nicdiag/kube';
import { deletionKey } from './capture/deletion.ts';
import type { Folds } from './capture/folds.ts';
import type { AssignedAt } from './inbox/assignedAt.ts';
import { type ChildRecord, isLive } from './records/child.ts';
import type { World } from './world.ts';

/** What has ended may stay in an inbox for a moment: no agent minds, the next assignment takes it away in the same write.
 * The more nodes are at work, the longer: their starts and ends go first. */
function unassignDelayMs(live: number): number {
  return 1_000 + 5 * live;
}

/** After a change of one node, the capture is looked at so much later: looking costs some microseconds for each node at
 * work, and must stay a small part of the time when thousands of them change one after another. */
function foldDelayMs(live: number): number {
  return Math.floor(live / 20);
}

/** One queue a controller. */
export interface Queues {
  /** key: `namespace/name` of a capture */
  readonly captures: WorkQueue;
  /** key: name of a node */
  readonly inboxes: WorkQueue;
  /** key: as captures */
  readonly seals: WorkQueue;
  /** key: as captures */
  readonly retention: WorkQueue;
  /** key: see `deletionKey` */
  readonly deletions: WorkQueue;
}

export interface WiringOptions {
  world: World;
  queues: Queues;
  folds: Folds;
  assignedAt: AssignedAt;
  /** A capture is gone: what is remembered of it can go, too. */
  onCaptureGone: (captureUid: string) => void;
}

/** Says which change concerns which controller. Call before the world runs. */
export function wire({ world, queues, folds, assignedAt, onCaptureGone }: WiringOptions): void {
  world.captures.onChange((change) => {
    const { metadata } = change.record;
    const key = objectKey(metadata);
    if (change.type === 'deleted') {
      onCaptureGone(metadata.uid);
      queues.deletions.add(deletionKey({ namespace: metadata.namespace ?? '', uid: metadata.uid }));
      return;
    }
    if (metadata.deletionTimestamp) {
      queues.deletions.add(deletionKey({ namespace: metadata.namespace ?? '', uid: metadata.uid }));
      return;
    }
    queues.captures.add(key);
    if (change.record.status?.finishedAt) {
      queues.retention.add(key);
      // Once: from here on the queue of seals keeps its own time, or a failure that is written down would ask again at once.
      if (change.type === 'added' || !change.previous.status?.finishedAt) queues.seals.add(key);
    }
    if (cancelledNow(change)) for (const child of liveChildren(metadata.uid)) queues.inboxes.add(child.nodeName);
  });

  world.children.onChange((change) => {
    const child = change.record;
    folds.onChild(change);
    if (change.type === 'deleted' || !isLive(child)) assignedAt.forget(child.uid);
    if (
      change.type === 'deleted' ||
      isLive(child) ||
      world.nicNodes.get(child.nodeName)?.assignments.length === MAX_ASSIGNMENTS
    ) {
      queues.inboxes.add(child.nodeName);
    } else {
      queues.inboxes.addAfter(child.nodeName, unassignDelayMs(liveNodes(child)));
    }
    const captureKey = `${child.namespace}/${child.captureName}`;
    if (world.captures.get(captureKey)?.metadata.uid === child.captureUid) lookSoon(child);
    else if (change.type !== 'deleted')
      queues.deletions.add(deletionKey({ namespace: child.namespace, uid: child.captureUid }));
  });

  world.nicNodes.onChange((change) => {
    const { name } = change.record;
    if (change.type !== 'deleted') assignedAt.remember(change.record.assignments);
    queues.inboxes.add(name);
    capturesOn(name);
  });

  world.nodes.onChange((change) => {
    // Labels are read once, when a target is resolved; only that a Node comes or goes matters later.
    if (change.type === 'updated') return;
    queues.inboxes.add(change.record.name);
    activeCaptures();
  });

  world.agentPods.onChange((change) => {
    if (change.type === 'updated' && change.previous.ready === change.record.ready) return;
    queues.inboxes.add(change.record.nodeName);
    activeCaptures();
  });

  function liveChildren(captureUid: string): ChildRecord[] {
    return world.children.byIndex('capture', captureUid).filter(isLive);
  }

  /** Captures that are at work on a node. */
  function capturesOn(nodeName: string): void {
    for (const child of world.children.byIndex('node', nodeName)) {
      if (isLive(child)) lookSoon(child);
    }
  }

  /** Nodes at work for the capture of a child. */
  function liveNodes(child: ChildRecord): number {
    const capture = world.captures.get(`${child.namespace}/${child.captureName}`);
    return capture?.metadata.uid === child.captureUid ? folds.of(capture).live.size : 0;
  }

  function lookSoon(child: ChildRecord): void {
    queues.captures.addAfter(`${child.namespace}/${child.captureName}`, foldDelayMs(liveNodes(child)));
  }

  /** Captures that have not finished: any of them may wait for this node. */
  function activeCaptures(): void {
    for (const capture of world.captures.values()) {
      if (!capture.status?.finishedAt) queues.captures.add(objectKey(capture.metadata));
    }
  }
}

function cancelledNow(change: Change<Stored<DiagnosticCapture>>): boolean {
  return change.record.spec.cancel && !(change.type === 'updated' && change.previous.spec.cancel);
}
