import { API_VERSION, type Assignment } from '@nicdiag/api';
import { isKubeError, type KubeClient, type ReconcileResult } from '@nicdiag/kube';
import type { Logger } from '@nicdiag/runtime';
import { admitNode } from '../capture/admission.ts';
import type { Folds } from '../capture/folds.ts';
import { passCrashPoint } from '../crashPoints.ts';
import { type Fence, requireLeader } from '../fence.ts';
import type { ChildRecord } from '../records/child.ts';
import { fieldManager, nicNodes } from '../resources.ts';
import type { World } from '../world.ts';
import type { AssignedAt } from './assignedAt.ts';
import { decideInbox, type InboxPlan } from './decide.ts';

export interface InboxReconcilerOptions {
  client: KubeClient;
  world: World;
  folds: Folds;
  fence: Fence;
  assignedAt: AssignedAt;
  logger: Logger;
}

/** Keeps a node's inbox, its NicNode, as its NodeCaptures say. The key is the node's name. */
export function createInboxReconciler({ client, world, folds, fence, assignedAt, logger }: InboxReconcilerOptions) {
  return async function reconcile(
    nodeName: string,
    { signal }: { signal: AbortSignal },
  ): Promise<ReconcileResult | undefined> {
    const children = world.children.byIndex('node', nodeName).filter((child) => captureOf(child) !== undefined);
    const byUid = new Map(children.map((child) => [child.uid, child]));
    const view = world.view(nodeName);
    const nowMs = client.clock.now();
    const plan = decideInbox({
      node: view.node,
      inbox: world.nicNodes.get(nodeName),
      children,
      cancelled: (childUid) => specOf(byUid.get(childUid))?.cancel ?? false,
      admitted(childUid) {
        const collectors = specOf(byUid.get(childUid))?.collectors ?? [];
        return admitNode(view, { nodeName, named: true, collectors, nowMs }).type === 'start';
      },
      rememberedAt: assignedAt.text,
      nowMs,
    });
    if (plan.type === 'none') return undefined;
    requireLeader(fence);
    await write(nodeName, plan, signal);
    passCrashPoint('inboxWritten');
    // Once a node and capture: a suppressed line costs, too.
    if (logger.isLevelEnabled('debug')) {
      logger.debug('inbox written', {
        node: nodeName,
        ...(plan.type === 'delete' ? { deleted: plan.uid } : { assignments: plan.assignments.length }),
      });
    }
    return undefined;
  };

  /** The capture of a child that the operator rendered; undefined for all others. */
  function captureOf(child: ChildRecord) {
    const capture = world.captures.get(`${child.namespace}/${child.captureName}`);
    return capture && !capture.metadata.deletionTimestamp && folds.isOurs(child, capture) ? capture : undefined;
  }

  function specOf(child: ChildRecord | undefined) {
    return child && captureOf(child)?.spec;
  }

  async function write(
    nodeName: string,
    plan: Exclude<InboxPlan, { type: 'none' }>,
    signal: AbortSignal,
  ): Promise<void> {
    if (plan.type === 'delete') {
      await client
        .delete(nicNodes, { name: nodeName }, { preconditions: { uid: plan.uid }, signal })
        .catch(ignoring('NotFound', 'Conflict'));
      return;
    }
    if (plan.type === 'patch') {
      const patched = await client.patch(
        nicNodes,
        { name: nodeName },
        {
          type: 'json',
          body: [
            // Survives status writes by the agent, which leave the generation alone; stops a leader with an old picture.
            { op: 'test', path: '/metadata/generation', value: plan.generation },
            { op: 'add', path: '/spec/assignments', value: plan.assignments },
            // Nobody applies NicNodes. Without their managedFields, which name each assignment, a write costs the API
            // server about half, and every event of the node less.
            { op: 'add', path: '/metadata/managedFields', value: [{}] },
          ],
        },
        { fieldManager, signal },
      );
      world.nicNodes.observe(patched);
      return;
    }
    world.nicNodes.observe(
      await client.create(nicNodes, draft(nodeName, plan.nodeUid, plan.assignments), { fieldManager, signal }),
    );
  }
}

function draft(nodeName: string, nodeUid: string, assignments: Assignment[]) {
  return {
    apiVersion: API_VERSION,
    kind: 'NicNode' as const,
    metadata: { name: nodeName, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: nodeUid }] },
    spec: { assignments },
  };
}

function ignoring(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!isKubeError(error, ...codes)) throw error;
  };
}
