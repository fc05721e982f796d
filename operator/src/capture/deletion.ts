import { LABELS } from '@nicdiag/api';
import { type KubeClient, parseObjectKey, type ReconcileResult } from '@nicdiag/kube';
import type { Logger } from '@nicdiag/runtime';
import { passCrashPoint } from '../crashPoints.ts';
import { type Fence, requireLeader } from '../fence.ts';
import { captures, nodeCaptures } from '../resources.ts';
import type { World } from '../world.ts';

export interface DeletionReconcilerOptions {
  client: KubeClient;
  world: World;
  fence: Fence;
  logger: Logger;
}

/** Deletes the NodeCaptures of captures that are gone, all at once by their label. Garbage collection would, too, at
 * twenty a second; until then their agents would go on working. The key is `namespace/uid of the capture`. */
export function createDeletionReconciler({ client, world, fence, logger }: DeletionReconcilerOptions) {
  return async function reconcile(
    key: string,
    { signal }: { signal: AbortSignal },
  ): Promise<ReconcileResult | undefined> {
    const { namespace = '', name: captureUid } = parseObjectKey(key);
    const children = world.children.byIndex('capture', captureUid).filter((child) => child.namespace === namespace);
    const [child] = children;
    if (!child || (await isAlive({ namespace, name: child.captureName }, captureUid, signal))) return undefined;
    requireLeader(fence);
    await client.deleteCollection(nodeCaptures, {
      namespace,
      labelSelector: `${LABELS.captureUid}=${captureUid}`,
      signal,
    });
    passCrashPoint('childrenDeleted');
    logger.info('capture is gone, its node captures were deleted', {
      capture: `${namespace}/${child.captureName}`,
      captureUid,
      nodes: children.length,
    });
    return undefined;
  };

  /** Asked of the API server itself: a picture that is a moment old must not delete anything. */
  async function isAlive(ref: { namespace: string; name: string }, uid: string, signal: AbortSignal): Promise<boolean> {
    const capture = await client.find(captures, ref, { signal });
    return capture !== undefined && capture.metadata.uid === uid && !capture.metadata.deletionTimestamp;
  }
}

/** The key of a capture for this controller. */
export function deletionKey(capture: { namespace: string; uid: string }): string {
  return `${capture.namespace}/${capture.uid}`;
}
