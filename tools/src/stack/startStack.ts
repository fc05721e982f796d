import { cpSync, mkdirSync } from 'node:fs';
import type { Cluster } from '../cluster/cluster.ts';
import { freePort } from '../cluster/freePort.ts';
import { startCluster } from '../cluster/startCluster.ts';
import { createNursery, type Nursery } from '../nursery/nursery.ts';
import { type ArtifactServer, startArtifactServer } from './artifactServer.ts';
import { installChart } from './chart.ts';
import { type EmulatedHost, startEmulator } from './emulator.ts';
import { type PodProgram, type PodProgramOptions, runPod } from './podProgram.ts';
import type { RestartPolicy } from './program.ts';
import { agentCommand, operatorCommand } from './programCommands.ts';

/** Each host is a node with that name, an emulator and an agent. The names are profiles of the emulator. */
const HOSTS = ['gpu-a', 'gpu-b', 'gpu-c'] as const;

/** Where operator and artifact server run. */
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
  /** Replicas.
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

/** All of nicdiag on a control plane of its own: one process for each program, each with its own identity. */
export interface Stack extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly hosts: readonly string[];
  readonly artifactServer: ArtifactServer;
  /** Directory with the programs' logs. */
  readonly logs: string;
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

/** Starts emulated hosts, the chart, artifact server, operator and agents, and waits until all are ready. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { hosts = HOSTS, signal } = options;
  const nursery = createNursery('stack');
  const ended = new AbortController();
  let cluster: Cluster | undefined;
  try {
    mkdirSync(`${nursery.directory}/hosts`);
    const emulators = new Map(hosts.map((host) => [host, startEmulator(nursery, host, options)]));
    cluster = options.cluster ?? (await startCluster({ name: 'stack-cluster', ...options }));
    const stack = await startPrograms(cluster, nursery, emulators, ended, options);
    await Promise.all([...emulators.values()].map((emulator) => emulator.untilServing({ signal })));
    await stack.untilReady();
    return stack;
  } catch (error) {
    ended.abort();
    await nursery[Symbol.asyncDispose]();
    if (options.cluster === undefined) await cluster?.[Symbol.asyncDispose]();
    throw error;
  }
}

async function startPrograms(
  cluster: Cluster,
  nursery: Nursery,
  emulators: ReadonlyMap<string, EmulatedHost>,
  ended: AbortController,
  options: StackOptions,
): Promise<Stack> {
  const { labels = { pool: 'h200' }, operators: replicas = 1, env, restart, signal } = options;
  const hosts = [...emulators.keys()];
  const manifests = await installChart(cluster, options.values);
  await Promise.all([cluster.createNode(SYSTEM_NODE), ...hosts.map((host) => cluster.createNode(host, labels))]);
  const common = { env, restart, signal: ended.signal };
  const artifactServer = await startArtifactServer(cluster, nursery, { nodeName: SYSTEM_NODE, ...common });
  const operators = await Promise.all(
    Array.from({ length: replicas }, (_, index) => startOperator(cluster, nursery, index, artifactServer, common)),
  );
  const agents = new Map(
    await Promise.all(
      [...emulators].map(
        async ([host, { root }]) =>
          [host, await startAgent(cluster, nursery, host, root, artifactServer, common)] as const,
      ),
    ),
  );
  const pods: readonly PodProgram[] = [artifactServer, ...operators, ...agents.values()];
  const programs = [...pods, ...emulators.values()];
  return {
    cluster,
    hosts,
    logs: nursery.logs,
    artifactServer,
    manifests,
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

function named<T>(programs: ReadonlyMap<string, T>, name: string): T {
  const program = programs.get(name);
  if (program === undefined)
    throw new RangeError(`no ${name} in this stack; there are ${[...programs.keys()].join(', ')}`);
  return program;
}

type Common = Pick<PodProgramOptions, 'env' | 'restart' | 'signal'>;

async function startOperator(
  cluster: Cluster,
  nursery: Nursery,
  index: number,
  artifacts: ArtifactServer,
  common: Common,
): Promise<PodProgram> {
  const name = `nicdiag-operator-${index}`;
  const healthPort = await freePort();
  return await runPod(cluster, nursery, {
    ...common,
    name,
    namespace: 'nicdiag-system',
    nodeName: SYSTEM_NODE,
    serviceAccount: 'nicdiag-operator',
    labels: { 'app.kubernetes.io/name': 'nicdiag-operator' },
    healthPort,
    command: ({ tokenFile, artifactsTokenFile }) =>
      operatorCommand({
        kubeconfig: cluster.writeKubeconfig(name, { tokenFile }, 'nicdiag-system'),
        artifacts,
        artifactsTokenFile,
        healthPort,
      }),
  });
}

async function startAgent(
  cluster: Cluster,
  nursery: Nursery,
  host: string,
  hostRoot: string,
  artifacts: ArtifactServer,
  common: Common,
): Promise<Agent> {
  const stateDirectory = `${nursery.directory}/hosts/${host}.state`;
  mkdirSync(stateDirectory);
  const healthPort = await freePort();
  const program = await runPod(cluster, nursery, {
    ...common,
    name: `nicdiag-agent-${host}`,
    namespace: 'nicdiag-agent',
    nodeName: host,
    serviceAccount: 'nicdiag-agent',
    labels: { 'app.kubernetes.io/name': 'nicdiag-agent' },
    healthPort,
    command: ({ tokenFile, artifactsTokenFile }) =>
      agentCommand({
        nodeName: host,
        hostRoot,
        stateDirectory,
        apiServer: cluster.server,
        apiCaFile: cluster.caFile,
        tokenFile,
        artifacts,
        artifactsTokenFile,
        healthPort,
      }),
  });
  return Object.assign(program, { stateDirectory });
}
