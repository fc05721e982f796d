import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { startCluster } from '../cluster/startCluster.ts';
import { createNursery, type Nursery } from '../nursery/nursery.ts';
import { installArtifactsTls } from './artifactsTls.ts';
import { installChart } from './chart.ts';
import { type EmulatedHost, startEmulator } from './emulator.ts';
import { parseManifests } from './manifests.ts';
import { findTemplate } from './pod/podTemplate.ts';
import { type PodPlan, type PodProgram, planPod, runPod, serviceTable } from './pod/runPod.ts';
import { parseServices } from './pod/services.ts';
import type { RestartPolicy } from './program.ts';

/** Each host is a node with that name, an emulator and an agent. The names are profiles of the emulator. */
const HOSTS = ['gpu-a', 'gpu-b', 'gpu-c'] as const;

/** Where operator and artifact server run; it has no agent. */
const SYSTEM_NODE = 'system';

export interface StackOptions {
  /** A cluster of the caller's, with the chart not yet installed; it is not disposed with the stack.
   * @default a new one */
  readonly cluster?: Cluster;
  /** @default gpu-a, gpu-b, gpu-c */
  readonly hosts?: readonly string[];
  /** Labels of the hosts' Nodes.
   * @default pool=h200 */
  readonly labels?: Readonly<Record<string, string>>;
  /** Replicas that are started, whatever the chart says.
   * @default 1 */
  readonly operators?: number;
  /** What happens with a program that ends by itself or is killed.
   * @default never */
  readonly restart?: RestartPolicy;
  /** Of the emulators' values. */
  readonly seed?: number;
  /** A values file for the chart, its content. */
  readonly values?: string;
  /** Environment of every program except the emulators. */
  readonly env?: Readonly<Record<string, string | undefined>>;
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
    mkdirSync(join(nursery.directory, 'hosts'));
    const emulators = new Map(hosts.map((host) => [host, startEmulator(nursery, host, options)]));
    cluster = options.cluster ?? (await startCluster({ name: 'stack-cluster', ...options }));
    await Promise.all([...emulators.values()].map((emulator) => emulator.untilServing({ signal })));
    const stack = await startPods(cluster, nursery, emulators, ended, options);
    await stack.untilReady();
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
  const { labels = { pool: 'h200' }, env, restart, signal } = options;
  const hosts = [...emulators.keys()];
  const rendered = await installChart(cluster, options.values);
  await Promise.all([
    installArtifactsTls(cluster),
    cluster.createNode(SYSTEM_NODE),
    ...hosts.map((host) => cluster.createNode(host, labels)),
  ]);
  const plans = await planPods(cluster, rendered, hosts, options.operators ?? 1);
  const services = serviceTable(parseServices(parseManifests(rendered)), [plans.artifactServer]);
  const hostPath = hostPaths(nursery, emulators);
  const run = (plan: PodPlan): Promise<PodProgram> =>
    runPod(cluster, nursery, plan, { services, hostPath, env, restart, signal: ended.signal });
  const [server, operators, agentPods] = await Promise.all([
    run(plans.artifactServer),
    Promise.all(plans.operators.map(run)),
    Promise.all(plans.agents.map(async (plan) => [plan.nodeName, await run(plan)] as const)),
  ]);
  const agents = new Map(agentPods.map(([host, program]) => [host, asAgent(program)]));
  const pods: readonly PodProgram[] = [server, ...operators, ...agents.values()];
  const programs = [...pods, ...emulators.values()];
  return {
    cluster,
    hosts,
    logs: nursery.logs,
    artifactServer: asArtifactServer(server, services, cluster),
    manifests: rendered,
    agent: (host) => named(agents, host),
    emulator: (host) => named(emulators, host),
    operator: (index = 0) => named(new Map(operators.map((operator, at) => [String(at), operator])), String(index)),
    kubectl: cluster.kubectl,
    async untilReady() {
      await Promise.all(pods.map((program) => program.pod.untilReady({ signal })));
    },
    tails: (lines) => programs.map((program) => `--- ${program.name}\n${program.tail(lines)}`).join('\n'),
    saveLogs(directory) {
      cpSync(nursery.logs, directory, { recursive: true });
      cpSync(cluster.nursery.logs, directory, { recursive: true });
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await Promise.all(pods.map((program) => program.stop({ graceMs: 5_000 })));
      await nursery[Symbol.asyncDispose]();
      if (options.cluster === undefined) await cluster[Symbol.asyncDispose]();
    },
  };
}

/** The Pods that the workload controllers would make of the chart's Deployments and its DaemonSet. */
async function planPods(
  cluster: Cluster,
  rendered: string,
  hosts: readonly string[],
  replicas: number,
): Promise<{ artifactServer: PodPlan; operators: PodPlan[]; agents: PodPlan[] }> {
  const manifests = parseManifests(rendered);
  const services = parseServices(manifests);
  const plan = (workload: string, suffix: string, nodeName: string): Promise<PodPlan> => {
    const place = { name: `${workload}-${suffix}`, nodeName, address: cluster.address };
    return planPod(findTemplate(manifests, workload), place, services);
  };
  const indexes = Array.from({ length: replicas }, (_, index) => String(index));
  return {
    artifactServer: await plan('nicdiag-artifacts', '0', SYSTEM_NODE),
    operators: await Promise.all(indexes.map((index) => plan('nicdiag-operator', index, SYSTEM_NODE))),
    agents: await Promise.all(hosts.map((host) => plan('nicdiag-agent', host, host))),
  };
}

/** A node's /dev and /sys are its emulator's; anything else is a directory of its own. */
function hostPaths(
  nursery: Nursery,
  emulators: ReadonlyMap<string, EmulatedHost>,
): (nodeName: string, path: string) => string {
  return (nodeName, path) => {
    const emulator = emulators.get(nodeName);
    if (emulator !== undefined && /^\/(dev|sys)(\/|$)/.test(path)) return emulator.root + path;
    const directory = join(nursery.directory, 'hosts', `${nodeName}.files`, path);
    mkdirSync(directory, { recursive: true });
    return directory;
  };
}

function asAgent(program: PodProgram): Agent {
  return Object.assign(program, { stateDirectory: program.path('/var/lib/nicdiag') });
}

function asArtifactServer(
  program: PodProgram,
  services: ReadonlyMap<string, string>,
  cluster: Cluster,
): ArtifactServer {
  const [url = ''] = services.values();
  return Object.assign(program, { url, caFile: cluster.caFile, store: program.path('/var/lib/nicdiag/artifacts') });
}

function named<T>(programs: ReadonlyMap<string, T>, name: string): T {
  const program = programs.get(name);
  if (program === undefined)
    throw new RangeError(`no ${name} in this stack; there are ${[...programs.keys()].join(', ')}`);
  return program;
}
