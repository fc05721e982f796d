import { RESOURCES } from '@nicdiag/api';
import { createKubeClient, type KubeClient, loadKubeConfig } from '@nicdiag/kube';
import { type Cluster, installChart, startCluster } from '@nicdiag/tools';
import { startSealServer } from '../../test/integration/operator/sealServer.ts';
import { type Agents, startAgents } from './agents.ts';
import { createFleet } from './fleet.ts';
import { bundleOperator, type OperatorProcess, startOperator } from './operator.ts';

export interface SceneOptions {
  readonly nodes: number;
  readonly workMs: readonly [number, number];
  /** directory for profiles of API server and operator */
  readonly profile: string | undefined;
  /** options of Node for the operator, as the chart gives them */
  readonly nodeOptions: readonly string[];
  readonly say: (line: string) => void;
}

/** A control plane with the chart, nodes, and an agent on each that watches. */
export interface Scene extends AsyncDisposable {
  readonly nodes: number;
  readonly cluster: Cluster;
  /** as administrator */
  readonly client: KubeClient;
  readonly agents: Agents;
  /** Starts an operator and waits until it leads. */
  startOperator(): Promise<OperatorProcess>;
  /** As before the first capture of a cluster. */
  removeInboxes(): Promise<void>;
}

export async function createScene({ nodes, workMs, profile, nodeOptions, say }: SceneOptions): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster({ name: 'scale', apiServerArgs: profile ? ['--profiling=true'] : [] }));
  await installChart(cluster);
  const client = stack.use(createKubeClient(loadKubeConfig({ kubeconfig: cluster.kubeconfig })));
  const sealServer = stack.use(await startSealServer(cluster.authority));
  say(`making ${nodes} nodes with an agent each`);
  const fleet = await createFleet(cluster, nodes, workMs, cluster.authority.certificate);
  const agents = stack.use(await startAgents(cluster.nursery.directory, fleet));
  say('all agents watch');
  const program = await bundleOperator(cluster.nursery.directory);
  const held = stack.move();
  return {
    nodes,
    cluster,
    client,
    agents,
    startOperator: () => startOperator({ cluster, program, sealUrl: sealServer.url, profile, nodeOptions }),
    async removeInboxes() {
      await cluster.admin.request('DELETE', `/apis/${RESOURCES.NicNode.apiVersion}/nicnodes`);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
