import { type DiagnosticCapture, nodeCaptureName } from '@nicdiag/api';
import type { KubeClient, ReconcileResult, Stored } from '@nicdiag/kube';
import type { Logger } from '@nicdiag/runtime';
import { passCrashPoint } from '../crashPoints.ts';
import { inParallel } from '../inParallel.ts';
import type { ChildRecord } from '../records/child.ts';
import { nodes } from '../resources.ts';
import type { World } from '../world.ts';
import type { ChildWriter } from './children.ts';
import type { SealResult } from './conditions.ts';
import { decideCapture, type Plan } from './decide.ts';
import type { Folds } from './folds.ts';
import { selectorText } from './labelSelector.ts';
import type { StatusWriter } from './statusWriter.ts';
import type { Targets } from './targets.ts';

export interface CaptureReconcilerOptions {
  client: KubeClient;
  world: World;
  folds: Folds;
  targets: Targets;
  children: ChildWriter;
  status: StatusWriter;
  /** when a child was given to its agent, milliseconds since the epoch */
  assignedMs: (child: ChildRecord) => number | undefined;
  sealOf: (captureUid: string) => SealResult | undefined;
  logger: Logger;
}

/** Writes to the API server that one capture may have in flight. */
const writesAtOnce = 32;

/** Brings one capture forward: observe, decide, apply. */
export function createCaptureReconciler(options: CaptureReconcilerOptions) {
  const { client, world, folds, targets, children, status, assignedMs, sealOf, logger } = options;

  return async function reconcile(
    key: string,
    { signal }: { signal: AbortSignal },
  ): Promise<ReconcileResult | undefined> {
    const capture = world.captures.get(key);
    // Deletion is the business of the deletion controller.
    if (!capture || capture.metadata.deletionTimestamp) return undefined;
    const finished = capture.status?.finishedAt !== undefined;
    const fold = folds.of(capture);
    if (!capture.status?.startedAt) await confirmTarget(capture, signal);
    const nowMs = client.clock.now();
    const plan = decideCapture({
      capture,
      fold,
      target: finished ? undefined : targets.of(capture, fold),
      view: world.view,
      assignedMs,
      blocked: (nodeName) => isBlocked(capture, nodeName),
      seal: sealOf(capture.metadata.uid),
      nowMs,
    });
    await applyWrites(capture, plan, signal);
    const waitMs = await status.write(capture, plan.status, { signal });
    if (plan.fanOut.more) return { requeueAfterMs: 0 };
    const wakes = [
      ...(waitMs > 0 ? [waitMs] : []),
      ...(plan.wakeMs === undefined ? [] : [Math.max(1, plan.wakeMs - nowMs)]),
    ];
    return wakes.length > 0 ? { requeueAfterMs: Math.min(...wakes) } : undefined;
  };

  async function applyWrites(
    capture: Stored<DiagnosticCapture>,
    { end, fanOut }: Plan,
    signal: AbortSignal,
  ): Promise<void> {
    await inParallel(end, writesAtOnce, ({ child, ending }) => children.end(child, ending, { signal }), { signal });
    await inParallel(
      fanOut.start,
      writesAtOnce,
      async (nodeName) => {
        await children.create(capture, nodeName, { signal });
        passCrashPoint('childCreated');
      },
      { signal },
    );
    await inParallel(
      fanOut.refuse,
      writesAtOnce,
      async (refusal) => {
        if (refusal.reason === 'NodeNotFound' && (await nodeIsThere(refusal.nodeName, signal))) return;
        await children.refuse(capture, refusal, { signal });
        logger.info('node takes no part', { ...about(capture), node: refusal.nodeName, reason: refusal.reason });
      },
      { signal },
    );
  }

  /** The watch of Nodes may be a moment behind the one of captures: nothing final is concluded from an absence there. */
  async function confirmTarget(capture: Stored<DiagnosticCapture>, signal: AbortSignal): Promise<void> {
    const { nodeSelector } = capture.spec.target;
    if (!nodeSelector || targets.of(capture, folds.of(capture)).nodes.length > 0) return;
    const { items } = await client.list(nodes, { labelSelector: selectorText(nodeSelector), signal });
    for (const node of items) world.nodes.observe(node);
    targets.forget(capture.metadata.uid);
  }

  async function nodeIsThere(name: string, signal: AbortSignal): Promise<boolean> {
    const node = await client.find(nodes, { name }, { signal });
    if (node) world.nodes.observe(node);
    return node !== undefined;
  }

  function isBlocked(capture: Stored<DiagnosticCapture>, nodeName: string): boolean {
    const { name, uid, namespace } = capture.metadata;
    const child = world.children.get(`${namespace}/${nodeCaptureName(name, uid, nodeName)}`);
    return child !== undefined && !folds.isOurs(child, capture);
  }
}

/** Fields of a log line about a capture. */
export function about(capture: Stored<DiagnosticCapture>): { capture: string; captureUid: string } {
  const { name, namespace, uid } = capture.metadata;
  return { capture: `${namespace}/${name}`, captureUid: uid };
}
