import type { DiagnosticCapture, NodeReason } from '@nicdiag/api';
import { isKubeError, type KubeClient, type Stored } from '@nicdiag/kube';
import { passCrashPoint } from '../crashPoints.ts';
import { type Fence, requireLeader } from '../fence.ts';
import type { ChildRecord } from '../records/child.ts';
import { fieldManager, nodeCaptures } from '../resources.ts';
import type { World } from '../world.ts';
import type { Ending } from './endings.ts';
import { renderChild } from './render.ts';

export interface ChildWriterOptions {
  client: KubeClient;
  world: Pick<World, 'children'>;
  fence: Fence;
  /** Told of each node that was ended here. */
  onEnded?: (reason: NodeReason) => void;
}

/** Writes NodeCaptures. */
export interface ChildWriter {
  /** Makes the NodeCapture of a node; one that exists already is taken in.
   * @returns its name */
  create(capture: Stored<DiagnosticCapture>, nodeName: string, options: { signal: AbortSignal }): Promise<string>;
  /** Makes the NodeCapture of a node that takes no part, and says why in it. */
  refuse(
    capture: Stored<DiagnosticCapture>,
    refusal: { nodeName: string; reason: NodeReason; message: string },
    options: { signal: AbortSignal },
  ): Promise<void>;
  /** Writes a terminal status; a no-op when the agent was first. */
  end(child: Pick<ChildRecord, 'namespace' | 'name'>, ending: Ending, options: { signal: AbortSignal }): Promise<void>;
}

export function createChildWriter({ client, world, fence, onEnded }: ChildWriterOptions): ChildWriter {
  const writer: ChildWriter = {
    async create(capture, nodeName, { signal }) {
      requireLeader(fence);
      const draft = renderChild(capture, capture.status?.startedAt ?? '', nodeName);
      const ref = { namespace: draft.metadata.namespace, name: draft.metadata.name ?? '' };
      try {
        world.children.observe(await client.create(nodeCaptures, draft, { fieldManager, signal }));
      } catch (error) {
        if (!isKubeError(error, 'AlreadyExists')) throw error;
        // Made before a crash, or by the leader before this one; the name is the same because it is derived.
        const existing = await client.find(nodeCaptures, ref, { signal });
        if (existing) world.children.observe(existing);
      }
      return ref.name;
    },
    async refuse(capture, { nodeName, reason, message }, { signal }) {
      const name = await writer.create(capture, nodeName, { signal });
      passCrashPoint('refusedChildCreated');
      const child = { namespace: capture.metadata.namespace ?? '', name };
      await writer.end(child, { state: 'Failed', reason, message }, { signal });
    },
    async end({ namespace, name }, { state, reason, message }, { signal }) {
      requireLeader(fence);
      const ref = { namespace, name };
      const status = { state, reason, message, finishedAt: new Date(client.clock.now()).toISOString() };
      try {
        const ended = await client.patch(
          nodeCaptures,
          ref,
          { type: 'merge', body: { status } },
          { subresource: 'status', fieldManager, signal },
        );
        world.children.observe(ended);
        onEnded?.(reason);
      } catch (error) {
        if (isKubeError(error, 'NotFound')) return;
        if (!isKubeError(error, 'Invalid')) throw error;
        // The CRD keeps the first terminal status: the agent's, if it is there.
        const current = await client.find(nodeCaptures, ref, { signal });
        if (current) world.children.observe(current);
        if (current && !current.status?.finishedAt) throw error;
      }
      passCrashPoint('childEnded');
    },
  };
  return writer;
}
