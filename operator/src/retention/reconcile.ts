import { LABELS } from '@nicdiag/api';
import { isKubeError, type KubeClient, type ReconcileResult } from '@nicdiag/kube';
import type { Logger } from '@nicdiag/runtime';
import { about } from '../capture/reconcile.ts';
import { passCrashPoint } from '../crashPoints.ts';
import { type Fence, requireLeader } from '../fence.ts';
import { captures, nodeCaptures } from '../resources.ts';
import type { World } from '../world.ts';
import { decideRetention } from './decide.ts';

export interface RetentionReconcilerOptions {
  client: KubeClient;
  world: World;
  fence: Fence;
  logger: Logger;
}

/** Deletes a finished capture when its time is over, and its NodeCaptures before that. */
export function createRetentionReconciler({ client, world, fence, logger }: RetentionReconcilerOptions) {
  return async function reconcile(
    key: string,
    { signal }: { signal: AbortSignal },
  ): Promise<ReconcileResult | undefined> {
    const capture = world.captures.get(key);
    if (!capture || capture.metadata.deletionTimestamp) return undefined;
    const { uid, name, namespace = '', resourceVersion } = capture.metadata;
    const nowMs = client.clock.now();
    const hasChildren = world.children.byIndex('capture', uid).length > 0;
    const plan = decideRetention(capture, { hasChildren, nowMs });
    if (plan.deleteChildren) {
      requireLeader(fence);
      await client.deleteCollection(nodeCaptures, { namespace, labelSelector: `${LABELS.captureUid}=${uid}`, signal });
      passCrashPoint('childrenDeleted');
    }
    if (plan.deleteCapture) {
      requireLeader(fence);
      // With the version read: a `hold` that was set this moment wins.
      await client
        .delete(captures, { namespace, name }, { preconditions: { uid, resourceVersion }, signal })
        .catch((error: unknown) => {
          if (!isKubeError(error, 'NotFound')) throw error;
        });
      logger.info('capture deleted, its time to live is over', about(capture));
    }
    return plan.wakeMs === undefined ? undefined : { requeueAfterMs: Math.max(1, plan.wakeMs - nowMs) };
  };
}
