import { AGENT_APP, APP_LABEL, type DiagnosticCapture, type NicNode, type NodeCapture } from '@nicdiag/api';
import { createInformer, type Informer, type KubeClient, type Stored } from '@nicdiag/kube';
import { type AgentHistory, createAgentHistory } from './agentHistory.ts';
import type { NodeView } from './capture/nodeView.ts';
import { type AgentPodRecord, agentPodRecord } from './records/agentPod.ts';
import { type ChildRecord, childRecord } from './records/child.ts';
import { type NicNodeRecord, nicNodeRecord } from './records/nicNode.ts';
import { type NodeRecord, nodeRecord } from './records/node.ts';
import { captures, type Node, nicNodes, nodeCaptures, nodes, type Pod, pods } from './resources.ts';

/** The operator's picture of the cluster: what it watches, as compact records. */
export interface World {
  readonly captures: Informer<DiagnosticCapture, Stored<DiagnosticCapture>>;
  readonly children: Informer<NodeCapture, ChildRecord, 'capture' | 'node'>;
  readonly nicNodes: Informer<NicNode, NicNodeRecord>;
  readonly nodes: Informer<Node, NodeRecord>;
  readonly agentPods: Informer<Pod, AgentPodRecord, 'node'>;
  /** What is known of one node. */
  view(nodeName: string): NodeView;
  /** Follows the API server until aborted. */
  run(options: { signal: AbortSignal }): Promise<void>;
  /** Kinds that have not been listed yet. */
  unsynced(): string[];
  synced(options: { signal: AbortSignal }): Promise<void>;
}

export interface WorldOptions {
  client: KubeClient;
  agentNamespace: string;
  onError: (error: unknown, kind: string, doing: string) => void;
}

export function createWorld({ client, agentNamespace, onError }: WorldOptions): World {
  const reporting = (kind: string) => ({
    onError: (error: unknown, doing: string) => onError(error, kind, doing),
  });
  const informers = {
    captures: createInformer<DiagnosticCapture, Stored<DiagnosticCapture>>({
      client,
      resource: captures,
      transform: (capture) => capture,
      ...reporting('diagnosticcaptures'),
    }),
    children: createInformer<NodeCapture, ChildRecord, 'capture' | 'node'>({
      client,
      resource: nodeCaptures,
      transform: childRecord,
      indexers: { capture: (child) => [child.captureUid], node: (child) => [child.nodeName] },
      ...reporting('nodecaptures'),
    }),
    nicNodes: createInformer<NicNode, NicNodeRecord>({
      client,
      resource: nicNodes,
      transform: nicNodeRecord,
      ...reporting('nicnodes'),
    }),
    nodes: createInformer<Node, NodeRecord>({
      client,
      resource: nodes,
      metadataOnly: true,
      transform: nodeRecord,
      ...reporting('nodes'),
    }),
    agentPods: createInformer<Pod, AgentPodRecord, 'node'>({
      client,
      resource: pods,
      namespace: agentNamespace,
      labelSelector: `${APP_LABEL}=${AGENT_APP}`,
      transform: agentPodRecord,
      indexers: { node: (pod) => [pod.nodeName] },
      ...reporting('agent pods'),
    }),
  };
  const { agentPods, nodes: nodeInformer, nicNodes: inboxes } = informers;
  const history: AgentHistory = createAgentHistory(() => client.clock.now());
  agentPods.onChange((change) => {
    if (change.type === 'deleted') history.gone(change.record.nodeName);
  });
  const all = Object.entries(informers);

  return {
    ...informers,
    view: (nodeName) => ({
      node: nodeInformer.get(nodeName),
      agent: history.presence(nodeName, agentPods.byIndex('node', nodeName)),
      collectors: inboxes.get(nodeName)?.collectors,
    }),
    async run(options) {
      await Promise.all(all.map(([, informer]) => informer.run(options)));
    },
    unsynced: () => all.filter(([, informer]) => !informer.hasSynced()).map(([kind]) => kind),
    async synced(options) {
      await Promise.all(all.map(([, informer]) => informer.synced(options)));
    },
  };
}
