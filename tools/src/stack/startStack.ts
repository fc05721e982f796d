import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { freePort } from '../cluster/freePort.ts';
import { startCluster } from '../cluster/startCluster.ts';
import { createNursery, type Nursery } from '../nursery/nursery.ts';
import { createSecret, installArtifactsTls } from './artifactsTls.ts';
import { installChart } from './chart.ts';
import { type EmulatedHost, startEmulator } from './emulator.ts';
import { parseManifests } from './manifests.ts';
import type { Placement, PlacementNode } from './pod/placement.ts';
import { createPodNetwork } from './pod/podNetwork.ts';
import { parseWorkloads } from './pod/podTemplate.ts';
import type { PodProgram } from './pod/runPod.ts';
import { runWorkload } from './pod/runWorkload.ts';
import type { RestartPolicy } from './program.ts';

/** Each host is a node with that name, an emulator and an agent. The names are profiles of the emulator. */
const HOSTS = ['gpu-a', 'gpu-b', 'gpu-c'] as const;

/** Where operator and artifact server run; it has no agent. */
const SYSTEM_NODE = 'system';

/** Node Feature Discovery's word for a node with a Mellanox device: the hosts have it, and the agents ask for it. */
const HAS_NICS = { 'feature.node.kubernetes.io/pci-15b3.present': 'true' };

/** Names of the chart's workloads. */
const OPERATOR = 'nicdiag-operator';
const ARTIFACTS = 'nicdiag-artifacts';
const AGENT = 'nicdiag-agent';

/** Where the agents' container has its node's /dev and /sys. */
const HOST_ROOT = '/host';

export interface StackOptions {
  /** A cluster of the caller's, with the chart not yet installed; it is not disposed with the stack.
   * @default a new one */
  readonly cluster?: Cluster;
  /** @default gpu-a, gpu-b, gpu-c */
  readonly hosts?: readonly string[];
  /** Labels of the hosts' Nodes.
   * @default pool=h200 */
  readonly labels?: Readonly<Record<string, string>>;
  /** The chart's operator.replicas.
   * @default 1 */
  readonly operators?: number;
  /** What happens with a program that ends by itself or is killed.
   * @default never */
  readonly restart?: RestartPolicy;
  /** Entry points, by the programs' names in the image, that are run in place of those from source: bundles.
   * @default none */
  readonly programs?: Readonly<Record<string, string>>;
  /** Of the emulators' values. */
  readonly seed?: number;
  /** A values file for the chart, its content. */
  readonly values?: string;
  /** Secrets that its values name, by their names, in the system namespace. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Environment of every program except the emulators. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told what is ready and what takes time, a line at a time. */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Agent extends PodProgram {
  /** Journal and spool. */
  readonly stateDirectory: string;
}

export interface ArtifactServer extends PodProgram {
  /** `https://…`, as agents and operator here call it. */
  readonly url: string;
  /** PEM file of the CA of its certificate. */
  readonly caFile: string;
  /** Directory of its filesystem store. */
  readonly store: string;
}

/** All of nicdiag on a control plane of its own: one process for each program, as the chart's Pods say, each with its
 * own identity. */
export interface Stack extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly hosts: readonly string[];
  /** Directory with the programs' logs. */
  readonly logs: string;
  readonly artifactServer: ArtifactServer;
  /** Values files that the chart was rendered with, beside those of any development cluster (chart.ts). */
  readonly values: readonly string[];
  /** What `helm template` printed and was applied. */
  readonly manifests: string;
  /** @throws RangeError for a name that is no host */
  agent(host: string): Agent;
  emulator(host: string): EmulatedHost;
  /** @param index from 0 */
  operator(index?: number): PodProgram;
  /** Runs kubectl as administrator. */
  kubectl: Cluster['kubectl'];
  /** Resolves when every Pod is Ready. */
  untilReady(): Promise<void>;
  /** The last lines of every program's log, for the report of a failed test. */
  tails(lines?: number): string;
  /** Copies all logs into a directory, which is made. */
  saveLogs(directory: string): void;
}

/** Starts emulated hosts, the chart, artifact server, operator and agents, and waits until all are ready. The emulators
 * mount their devices: run this in a private mount namespace (inside.ts). */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { hosts = HOSTS, signal } = options;
  const nursery = createNursery('stack');
  const ended = new AbortController();
  let cluster: Cluster | undefined;
  try {
    const emulators = new Map(
      hosts.map((host) => [host, startEmulator(nursery, host, emulatorOptions(nursery, host, options))]),
    );
    cluster = options.cluster ?? (await startCluster({ name: 'stack-cluster', ...options }));
    options.say?.(`the API server is ready: ${cluster.server}`);
    await Promise.all([...emulators.values()].map((emulator) => emulator.untilServing({ signal })));
    options.say?.(`the devices of ${hosts.join(', ')} answer`);
    const stack = await startPods(cluster, nursery, emulators, ended, options);
    await stack.untilReady();
    options.say?.('artifact server, operator and agents are ready');
    return stack;
  } catch (error) {
    ended.abort();
    await nursery[Symbol.asyncDispose]();
    if (options.cluster === undefined) await cluster?.[Symbol.asyncDispose]();
    throw error;
  }
}

async function startPods(
  cluster: Cluster,
  nursery: Nursery,
  emulators: ReadonlyMap<string, EmulatedHost>,
  ended: AbortController,
  options: StackOptions,
): Promise<Stack> {
  const { env, restart, programs: entryPoints, signal } = options;
  const hosts = [...emulators.keys()];
  const { url, values } = await stackValues(cluster, options);
  const manifests = await installChart(cluster, ...values);
  options.say?.(
    `the chart is applied, ${parseManifests(manifests).length} objects; its admission policies are in force`,
  );
  const nodes = stackNodes(hosts, options.labels);
  await Promise.all([
    installArtifactsTls(cluster),
    ...Object.entries(options.secrets ?? {}).map(([name, stringData]) =>
      createSecret(cluster, { metadata: { name }, stringData }),
    ),
    ...nodes.map(({ name, labels }) => cluster.createNode(name, labels)),
  ]);
  const network = createPodNetwork();
  const run = {
    nodes,
    root: (pod: Placement) => podRoot(nursery, pod.name),
    env,
    restart,
    programs: entryPoints,
    signal: ended.signal,
  };
  const workloads = new Map(
    await Promise.all(
      parseWorkloads(parseManifests(manifests)).map(async (template) => {
        // The API server's service proxy refuses to call a loopback address.
        const ip = template.workload === ARTIFACTS ? () => cluster.address : network.allocate;
        return [template.workload, await runWorkload(cluster, nursery, template, { ...run, ip })] as const;
      }),
    ),
  );
  const pods = new Map([...workloads.values()].flatMap((programs) => [...programs]));
  const programs = [...pods.values(), ...emulators.values()];
  const agents = new Map(hosts.map((host) => [host, asAgent(named(pods, `${AGENT}-${host}`))]));
  const artifactServer = asArtifactServer(named(pods, `${ARTIFACTS}-0`), url, cluster);
  return {
    cluster,
    hosts,
    logs: nursery.logs,
    artifactServer,
    values,
    manifests,
    agent: (host) => named(agents, host),
    emulator: (host) => named(emulators, host),
    operator: (index = 0) => named(pods, `${OPERATOR}-${index}`),
    kubectl: cluster.kubectl,
    async untilReady() {
      await Promise.all([...pods.values()].map((program) => program.pod.untilReady({ signal })));
    },
    tails: (lines) => programs.map((program) => `--- ${program.name}\n${program.tail(lines)}`).join('\n'),
    saveLogs(directory) {
      cpSync(nursery.logs, directory, { recursive: true });
      cpSync(cluster.nursery.logs, directory, { recursive: true });
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await Promise.all([...pods.values()].map((program) => program.stop({ graceMs: 5_000 })));
      await nursery[Symbol.asyncDispose]();
      if (options.cluster === undefined) await cluster[Symbol.asyncDispose]();
    },
  };
}

/** Directory of the volumes of a Pod. */
function podRoot(nursery: Nursery, pod: string): string {
  return join(nursery.directory, 'pods', pod);
}

/** An emulated host lies where its agent's Pod has the host: /dev and /sys are in place, without a link that would lead
 * out of the host's root. */
function emulatorOptions(nursery: Nursery, host: string, { seed }: StackOptions): { root: string; seed?: number } {
  return { root: podRoot(nursery, `${AGENT}-${host}`) + HOST_ROOT, ...(seed !== undefined && { seed }) };
}

/** What the chart is told beyond a development cluster's values: there is no cluster DNS here, the artifact server shares
 * its address with everything else on this machine, and the emulated hosts have no network namespace. */
async function stackValues(
  cluster: Cluster,
  { operators = 1, values }: StackOptions,
): Promise<{ readonly url: string; readonly values: readonly string[] }> {
  const { address } = cluster;
  const ports = { https: await freePort(address), health: await freePort(address) };
  const url = `https://${address}:${ports.https}`;
  const own = {
    operator: { replicas: operators },
    agent: { nodeSelector: HAS_NICS, hostDevlink: false },
    artifacts: { url, ports },
  };
  return { url, values: [JSON.stringify(own), ...(values === undefined ? [] : [values])] };
}

/** The system's node comes first: what runs on any node runs there. */
function stackNodes(hosts: readonly string[], labels: StackOptions['labels'] = { pool: 'h200' }): PlacementNode[] {
  const os = { 'kubernetes.io/os': 'linux' };
  return [
    { name: SYSTEM_NODE, labels: os },
    ...hosts.map((name) => ({ name, labels: { ...os, ...HAS_NICS, ...labels } })),
  ];
}

function asAgent(program: PodProgram): Agent {
  return Object.assign(program, { stateDirectory: program.path('/var/lib/nicdiag') });
}

function asArtifactServer(program: PodProgram, url: string, cluster: Cluster): ArtifactServer {
  return Object.assign(program, { url, caFile: cluster.caFile, store: program.path('/var/lib/nicdiag-artifacts') });
}

function named<T>(programs: ReadonlyMap<string, T>, name: string): T {
  const program = programs.get(name);
  if (program === undefined)
    throw new RangeError(`no ${name} in this stack; there are ${[...programs.keys()].join(', ')}`);
  return program;
}
