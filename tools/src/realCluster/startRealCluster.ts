import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../binaries/cache.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { startControlPlane } from '../cluster/startControlPlane.ts';
import { holdCgroup } from '../nursery/cgroups.ts';
import { createNursery, type Nursery } from '../nursery/nursery.ts';
import { sweepAbandoned } from '../nursery/owner.ts';
import { REPOSITORY } from '../stack/paths.ts';
import { type AddressPlan, MOST_NODES } from './addressPlan.ts';
import { type ClusterNetwork, createClusterNetwork } from './clusterNetwork.ts';
import { clusterObjects } from './clusterObjects.ts';
import { writeKubeletClient, writeNodeCredentials } from './credentials.ts';
import type { NodeConfig } from './node/nodeConfig.ts';
import { labelsOf, type NodeSpec, nodeSpecs } from './nodeSpec.ts';
import { buildPauseImage } from './pauseImage.ts';
import { type ClusterPrograms, provideClusterPrograms } from './provideClusterPrograms.ts';
import { createNode, type RealNode } from './realNode.ts';
import { untilNodeReady } from './untilNodeReady.ts';

export interface RealClusterOptions {
  /** @default gpu-a, gpu-b and gpu-c, each with the emulated host of its name */
  readonly nodes?: readonly NodeSpec[];
  /** OCI archives that every node has in its store, also those that come later.
   * @default none but the pause image */
  readonly images?: readonly string[];
  /** Told what takes time, a line at a time.
   * @default writes to stderr */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A Kubernetes cluster with nodes that run containers, all on this machine. */
export interface RealCluster extends Cluster {
  readonly nodes: ReadonlyMap<string, RealNode>;
  /** @throws RangeError for a name that is no node's */
  node(name: string): RealNode;
  /** Boots another node and waits until it is Ready. */
  addNode(spec: NodeSpec): Promise<RealNode>;
  /** Resolves when the Node is Ready, e.g. after it was started again. */
  untilNodeReady(name: string): Promise<void>;
  /** Puts an image into the stores of all nodes. */
  importImage(archive: string): Promise<void>;
  /** Of Services, Pods and nodes. This machine reaches them all. */
  readonly addresses: AddressPlan;
}

/** Starts a cluster: the control plane as processes of this machine, each node in namespaces of its own (mount, PID,
 * network, UTS, IPC) with kubelet, kube-proxy, containerd and DNS. It is gone when disposed, and when this process dies:
 * processes, mounts, links, addresses, routes, rules, cgroups and files. Needs root.
 * @throws NodeStartError | ClusterStartError | DebianPackagesError */
export async function startRealCluster(options: RealClusterOptions = {}): Promise<RealCluster> {
  const { nodes: specs = nodeSpecs(3), images = [], signal } = options;
  const say = options.say ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const programs = await provideClusterPrograms({ say, signal });
  await sweepAbandoned();
  const nursery = createNursery('real-cluster', { graceMs: 0 });
  try {
    const network = await createClusterNetwork(nursery);
    const archives = [await buildPauseImage(nursery.directory, programs.nodes.pause), ...images];
    const cluster = await startManagedControlPlane(nursery, network.plan, programs, signal);
    say(`the API server is ready: ${cluster.server}`);
    await applyObjects(cluster);
    const real = createRealCluster(cluster, network, {
      images: archives,
      binaries: programs.nodes,
      runtime: programs.runtime,
      signal,
    });
    await Promise.all(specs.map((spec) => real.addNode(spec)));
    say(`${specs.map(({ name }) => name).join(', ')} are Ready`);
    signal?.throwIfAborted();
    return real;
  } catch (error) {
    await nursery[Symbol.asyncDispose]();
    throw error;
  }
}

/** A control plane that Pods and nodes reach, with all controllers and a scheduler: what a cloud would manage. */
async function startManagedControlPlane(
  nursery: Nursery,
  plan: AddressPlan,
  programs: ClusterPrograms,
  signal: AbortSignal | undefined,
): Promise<Cluster> {
  const cluster = await startControlPlane(nursery, programs.controlPlane, {
    host: plan.machine,
    serverNames: [plan.kubernetes, 'kubernetes.default.svc.cluster.local'],
    apiServerArgs: async ({ authority }) => {
      const kubelets = await writeKubeletClient(nursery.directory, authority);
      return [
        `--bind-address=${plan.machine}`,
        `--advertise-address=${plan.machine}`,
        '--endpoint-reconciler-type=lease',
        `--service-cluster-ip-range=${plan.services}`,
        // Lists are added to: RBAC is there already.
        '--authorization-mode=Node',
        '--enable-admission-plugins=NodeRestriction',
        `--kubelet-client-certificate=${kubelets.certificate}`,
        `--kubelet-client-key=${kubelets.key}`,
        `--kubelet-certificate-authority=${join(nursery.directory, 'ca.crt')}`,
        '--kubelet-preferred-address-types=InternalIP',
      ];
    },
    controllerManagerArgs: ['--controllers=*', `--cluster-cidr=${plan.pods}`, '--node-monitor-grace-period=25s'],
    signal,
  });
  nursery.spawn('kube-scheduler', [
    programs.nodes['kube-scheduler'],
    `--kubeconfig=${cluster.kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
  ]);
  return cluster;
}

async function applyObjects(cluster: Cluster): Promise<void> {
  const items = clusterObjects(join(cluster.nursery.directory, 'volumes'));
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], { stdin: list });
}

const MERGE = 'application/merge-patch+json';

interface NodeParts extends Pick<NodeConfig, 'binaries' | 'runtime'> {
  readonly images: readonly string[];
  readonly signal: AbortSignal | undefined;
}

function createRealCluster(cluster: Cluster, network: ClusterNetwork, parts: NodeParts): RealCluster {
  const { nursery } = cluster;
  const { plan } = network;
  const images = [...parts.images];
  const nodes = new Map<string, RealNode>();
  const ready = (node: RealNode): Promise<void> =>
    untilNodeReady(cluster.admin, node.name, node.startedAt, () => node.tails(), parts);
  const named = (name: string): RealNode => {
    const node = nodes.get(name);
    if (node === undefined) throw new RangeError(`no node ${name}; there are ${[...nodes.keys()].join(', ')}`);
    return node;
  };
  /** Taken at once, before anything is waited for. */
  let numbers = 0;
  return Object.assign(cluster, {
    nodes,
    addresses: plan,
    node: named,
    async addNode(spec: NodeSpec): Promise<RealNode> {
      const number = ++numbers;
      const config = await nodeConfig(cluster, plan, number, spec, { ...parts, images });
      const node = createNode(nursery, network, number, config);
      nodes.set(spec.name, node);
      await node.start();
      await ready(node);
      const labels = { body: { metadata: { labels: labelsOf(spec) } }, contentType: MERGE } as const;
      await cluster.admin.request('PATCH', `/api/v1/nodes/${spec.name}`, labels);
      return node;
    },
    untilNodeReady: (name: string): Promise<void> => ready(named(name)),
    async importImage(archive: string): Promise<void> {
      images.push(archive);
      await Promise.all([...nodes.values()].map((node) => node.importImage(archive)));
    },
  });
}

async function nodeConfig(
  cluster: Cluster,
  plan: AddressPlan,
  number: number,
  { name, profile, seed = number }: NodeSpec,
  { binaries, runtime, images }: NodeParts,
): Promise<NodeConfig> {
  const { nursery, authority, server, caFile } = cluster;
  const directory = join(nursery.directory, 'nodes', name);
  const disk = (what: string): string => join(directory, what);
  mkdirSync(directory, { recursive: true });
  const address = plan.node(number);
  const cgroup = `nicdiag-${nursery.id.slice(0, 8)}`;
  holdCgroup(nursery.directory, cgroup, name);
  return {
    binaries,
    runtime,
    images,
    name,
    address,
    prefixLength: 24,
    gateway: plan.machine,
    pods: plan.podsOf(number),
    allPods: plan.pods,
    routes: numbersBut(number).map((other) => ({ to: plan.podsOf(other), via: plan.node(other) })),
    logs: nursery.logs,
    shared: [REPOSITORY, cacheRoot(), nursery.directory],
    cgroup: `/${cgroup}/${name}`,
    credentials: await writeNodeCredentials(disk('credentials'), { name, address, authority, server, caFile }),
    disk: {
      upper: disk('upper'),
      work: disk('work'),
      root: disk('root'),
      kubelet: disk('kubelet'),
      containerd: disk('containerd'),
      pods: disk('pods'),
      run: disk('run'),
    },
    emulated:
      profile === undefined
        ? undefined
        : { profile, seed, control: disk('emulator.control'), commandLog: disk('emulator.commands') },
  };
}

/** Also those of nodes that are not there yet. */
function numbersBut(number: number): number[] {
  return Array.from({ length: MOST_NODES }, (_, index) => index + 1).filter((other) => other !== number);
}
