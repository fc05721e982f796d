import type { DiagnosticCapture } from '@nicdiag/api';
import type { SealReceipt, SealRequest } from '@nicdiag/artifacts';
import type { KubeClient, ReconcileResult, Stored } from '@nicdiag/kube';
import { type Logger, toError } from '@nicdiag/runtime';
import type { SealResult } from '../capture/conditions.ts';
import type { Fold } from '../capture/fold.ts';
import type { Folds } from '../capture/folds.ts';
import { about } from '../capture/reconcile.ts';
import { pendingNodes } from '../capture/status.ts';
import type { Targets } from '../capture/targets.ts';
import { passCrashPoint } from '../crashPoints.ts';
import { type Fence, requireLeader } from '../fence.ts';
import type { World } from '../world.ts';
import { decideSeal } from './decide.ts';
import { mayGetEvidence, sealedNodes } from './nodes.ts';

/** The artifact server, as far as the operator needs it. */
export type Sealer = (
  captureUid: string,
  request: SealRequest,
  options: { signal: AbortSignal },
) => Promise<SealReceipt>;

export interface SealReconcilerOptions {
  client: KubeClient;
  world: World;
  folds: Folds;
  targets: Targets;
  fence: Fence;
  seal: Sealer;
  /** from the seal to the first look for late evidence */
  firstResealMs: number;
  /** Takes what came of it; the capture controller writes it down. */
  onResult: (capture: Stored<DiagnosticCapture>, result: SealResult) => void;
  logger: Logger;
}

/** Has finished captures sealed. Apart from the capture controller, so that a slow or absent store holds up no capture. */
export function createSealReconciler(options: SealReconcilerOptions) {
  const { client, world, folds, targets, fence, seal, firstResealMs, onResult, logger } = options;
  const sealedAt = new Map<string, number>();
  world.captures.onChange((change) => {
    if (change.type === 'deleted') sealedAt.delete(change.record.metadata.uid);
  });

  return async function reconcile(
    key: string,
    { signal }: { signal: AbortSignal },
  ): Promise<ReconcileResult | undefined> {
    const capture = world.captures.get(key);
    if (!capture || capture.metadata.deletionTimestamp) return undefined;
    const { uid } = capture.metadata;
    const children = world.children.byIndex('capture', uid).filter((child) => folds.isOurs(child, capture));
    const nowMs = client.clock.now();
    const evidenceMayCome = mayGetEvidence(capture, children);
    const plan = decideSeal(capture, { evidenceMayCome, firstResealMs, lastSealMs: sealedAt.get(uid), nowMs });
    if (!plan.ask) return plan.wakeMs === undefined ? undefined : { requeueAfterMs: Math.max(1, plan.wakeMs - nowMs) };
    requireLeader(fence);
    passCrashPoint('beforeSeal');
    // Of a sealed capture the NodeCaptures may be gone; the artifact server knows the nodes.
    const request: SealRequest =
      plan.ask === 'again'
        ? {}
        : { nodes: sealedNodes(children, neverBegun(capture, folds.of(capture)), capture.spec.cancel) };
    const receipt = await seal(uid, request, { signal }).catch((error: unknown) => {
      if (!signal.aborted) onResult(capture, { error: toError(error).message });
      throw error;
    });
    passCrashPoint('afterSeal');
    sealedAt.set(uid, client.clock.now());
    if (receipt.digest !== capture.status?.manifest?.digest) {
      onResult(capture, { digest: receipt.digest, sizeBytes: receipt.sizeBytes });
      logger.info('capture sealed', { ...about(capture), digest: receipt.digest, revision: receipt.revision });
    }
    return evidenceMayCome ? { requeueAfterMs: firstResealMs } : undefined;
  };

  function neverBegun(capture: Stored<DiagnosticCapture>, fold: Fold): Iterable<string> {
    return pendingNodes(targets.of(capture, fold), fold);
  }
}
