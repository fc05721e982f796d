import { mkdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DiagnosticCapture, type NicNode, type NodeCapture, RESOURCES } from '@nicdiag/api';
import {
  createKubeClient,
  type KubeClient,
  type KubeObject,
  loadKubeConfig,
  resource,
  type Stored,
} from '@nicdiag/kube';
import { installChart, startCluster } from '@nicdiag/tools';
import { startSealServer } from '../../test/integration/operator/sealServer.ts';
import { type AgentTimes, startAgents } from './agents.ts';
import { createFleet, POOL } from './fleet.ts';
import { prepareFloor } from './floor.ts';
import { difference, meansBy, parseSamples, type Samples, sumBy } from './metrics.ts';
import { bundleOperator, type OperatorProcess, startOperator } from './operator.ts';
import { childNamed, logUsage, type UsageLog } from './processes.ts';

const { apiVersion } = RESOURCES.DiagnosticCapture;
const captures = resource<DiagnosticCapture>(apiVersion, RESOURCES.DiagnosticCapture.plural);
const nodeCaptures = resource<NodeCapture>(apiVersion, RESOURCES.NodeCapture.plural);
const nicNodes = resource<NicNode>(apiVersion, RESOURCES.NicNode.plural);
const nodes = resource<KubeObject>('v1', 'nodes');
const NAMESPACE = 'default';
const LOOP_AT_ONCE = 32;
const PROFILE_SECONDS = 8;

export interface SceneOptions {
  readonly nodes: number;
  readonly workMs: readonly [number, number];
  readonly profile: string | undefined;
  readonly say: (line: string) => void;
}

/** One capture of all nodes. Times are milliseconds from just before its POST. */
export interface RoundResult {
  readonly what: 'floor' | 'operator';
  /** 0: the NicNodes are made, as in the first capture of a cluster */
  readonly round: number;
  /** the assignment came over the agent's watch */
  readonly seenP50: number;
  readonly seenP99: number;
  readonly seenLast: number;
  /** the agent has read its NodeCapture: its next step is to the device */
  readonly readP50: number;
  readonly readP99: number;
  readonly readLast: number;
  /** the last agent's final status was accepted */
  readonly writtenLast: number;
  /** the capture's status says that it has finished */
  readonly complete: number | undefined;
  /** CPU seconds until the last agent had its work */
  readonly cpuApiServer: number;
  readonly cpuEtcd: number;
  readonly cpuOperator: number | undefined;
  readonly cpuAgents: number;
  readonly cpuOthers: number;
  readonly operatorRssAnon: number | undefined;
  readonly operatorVmRss: number | undefined;
  /** the operator's writes for each node, from POST until nothing is left to do */
  readonly operatorWrites: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Scene extends AsyncDisposable {
  startOperator(): Promise<void>;
  floorRound(round: number): Promise<RoundResult>;
  operatorRound(round: number): Promise<RoundResult>;
}

export async function createScene({ nodes: count, workMs, profile, say }: SceneOptions): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster({ name: 'scale', apiServerArgs: profile ? ['--profiling=true'] : [] }));
  await installChart(cluster);
  const client = stack.use(createKubeClient(loadKubeConfig({ kubeconfig: cluster.kubeconfig })));
  const sealServer = stack.use(await startSealServer(cluster.authority));
  say(`making ${count} nodes with an agent each`);
  const fleet = await createFleet(cluster, count, workMs, cluster.authority.certificate);
  const agents = stack.use(await startAgents(cluster.nursery.directory, fleet));
  say('all agents watch');
  const program = await bundleOperator(cluster.nursery.directory);
  const pids = {
    apiServer: childNamed('kube-apiserver'),
    etcd: childNamed('etcd'),
    agents: agents.pid,
  };
  if (profile) mkdirSync(profile, { recursive: true });
  let operator: OperatorProcess | undefined;

  async function apiServerMetrics(): Promise<Samples> {
    return parseSamples(String(await cluster.admin.request('GET', '/metrics')));
  }

  /** Of its processor time, as `go tool pprof` reads it, for some seconds from now. */
  async function saveApiServerProfile(file: string): Promise<void> {
    const response = await client.request({
      method: 'GET',
      path: '/debug/pprof/profile',
      query: { seconds: PROFILE_SECONDS },
    });
    await writeFile(file, response.body);
  }

  function apply(name: string): Promise<Stored<DiagnosticCapture>> {
    return client.create(captures, {
      apiVersion,
      kind: 'DiagnosticCapture',
      metadata: { name, namespace: NAMESPACE },
      // The API server fills in the defaults.
      spec: {
        target: { nodeSelector: { matchLabels: POOL } },
        collectors: [
          { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } },
          { name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Current' } },
        ],
        parallelism: { maxNodes: count },
      } as unknown as DiagnosticCapture['spec'],
    });
  }

  async function measure(
    what: RoundResult['what'],
    round: number,
    run: (name: string) => Promise<{ started: number; complete: number | undefined }>,
  ): Promise<RoundResult> {
    const name = `${what}-${round}`;
    say(name);
    const operatorBefore = await operator?.metrics();
    const before = await apiServerMetrics();
    const profiling = profile && saveApiServerProfile(join(profile, `apiserver-${name}.pprof`));
    using usage = logUsage({ ...pids, ...(operator ? { operator: operator.child.pid } : {}) });
    const { started, complete } = await run(name);
    await agents.untilDone(count);
    await profiling;
    await settled(operator);
    const after = await apiServerMetrics();
    const operatorAdded = operatorBefore && operator && difference(await operator.metrics(), operatorBefore);
    const { times, refused } = agents.take();
    if (refused.length > 0) throw new Error(`${refused.length} calls of agents were refused, e.g. ${refused[0]}`);
    await removeAll(name);
    return {
      what,
      round,
      ...summarise(times, started, usage, operator !== undefined),
      complete,
      operatorWrites: operatorAdded && Math.round((writesIn(operatorAdded) / count) * 1000) / 1000,
      details: details(difference(after, before)),
    };
  }

  /** Everything of a round is gone before the next. */
  async function removeAll(name: string): Promise<void> {
    await client.deleteCollection(nodeCaptures, { namespace: NAMESPACE });
    await client.delete(captures, { namespace: NAMESPACE, name });
    while ((await client.list(nodeCaptures)).items.length > 0) await pause(200);
    await pause(2_000);
  }

  const scene: Scene = {
    async startOperator() {
      await cluster.admin.request('DELETE', `/apis/${apiVersion}/nicnodes`);
      operator = await startOperator({ cluster, program, sealUrl: sealServer.url, profile, nodeOptions: [] });
    },
    floorRound: (round) =>
      measure('floor', round, async (name) => {
        const capture = await apply(name);
        const go = await prepareFloor({
          cluster,
          client,
          nodes,
          nicNodes,
          capture,
          labelSelector: `pool=${POOL.pool}`,
          atOnce: LOOP_AT_ONCE,
        });
        const started = Date.now();
        await go();
        return { started, complete: undefined };
      }),
    operatorRound: (round) =>
      measure('operator', round, async (name) => {
        const finished = untilFinished(client, name);
        await pause(500);
        const started = Date.now();
        await apply(name);
        return { started, complete: (await finished) - started };
      }),
    async [Symbol.asyncDispose]() {
      if (profile && operator) {
        await operator.child.stop();
        writeFileSync(join(profile, 'operator.log'), operator.child.tail(10_000));
      }
      await moved.disposeAsync();
    },
  };
  const moved = stack.move();
  return scene;
}

/** @returns when it was seen to be finished */
async function untilFinished(client: KubeClient, name: string): Promise<number> {
  for await (const event of client.watch(captures, { fieldSelector: `metadata.name=${name}` })) {
    if (event.type === 'MODIFIED' && event.object.status?.finishedAt) return Date.now();
  }
  throw new Error(`the watch of ${name} ended`);
}

/** Resolves when the operator has written nothing for two seconds. */
async function settled(operator: OperatorProcess | undefined): Promise<void> {
  if (!operator) return;
  for (let last = -1; ; ) {
    const now = writesIn(await operator.metrics());
    if (now === last) return;
    last = now;
    await pause(2_000);
  }
}

/** Writes of objects; the Lease is kept by PUT. */
function writesIn(samples: Samples): number {
  const byMethod = sumBy(samples, 'rest_client_requests_total', ['method']);
  return ['POST', 'PATCH', 'DELETE'].reduce((sum, method) => sum + (byMethod.get(method) ?? 0), 0);
}

function summarise(times: readonly AgentTimes[], started: number, usage: UsageLog, operator: boolean) {
  const sorted = (field: keyof AgentTimes) => times.map((each) => each[field] - started).toSorted((a, b) => a - b);
  const at = (list: readonly number[], share: number) => list[Math.ceil(share * list.length) - 1] ?? Number.NaN;
  const [seen, read, written] = [sorted('seen'), sorted('read'), sorted('written')];
  const end = started + at(read, 1);
  const cpu = (name: string) => Math.round(usage.cpu(name, started, end) * 100) / 100;
  const { rssAnon, vmRss } = operator ? usage.peak('operator') : {};
  return {
    seenP50: at(seen, 0.5),
    seenP99: at(seen, 0.99),
    seenLast: at(seen, 1),
    readP50: at(read, 0.5),
    readP99: at(read, 0.99),
    readLast: at(read, 1),
    writtenLast: at(written, 1),
    cpuApiServer: cpu('apiServer'),
    cpuEtcd: cpu('etcd'),
    cpuOperator: operator ? cpu('operator') : undefined,
    cpuAgents: cpu('agents'),
    cpuOthers: Math.round(usage.others(started, end) * 100) / 100,
    operatorRssAnon: rssAnon && Math.round(rssAnon),
    operatorVmRss: vmRss && Math.round(vmRss),
  };
}

/** Where the API server's time went. */
function details(added: Samples): RoundResult['details'] {
  return {
    requests: meansBy(added, 'apiserver_request_duration_seconds', ['verb', 'resource', 'subresource']).slice(0, 12),
    policies: meansBy(added, 'apiserver_validating_admission_policy_check_duration_seconds', ['policy']),
    admission: meansBy(added, 'apiserver_admission_controller_admission_duration_seconds', ['name', 'type']).slice(
      0,
      5,
    ),
    etcd: meansBy(added, 'etcd_request_duration_seconds', ['operation', 'type']).slice(0, 6),
    queued: meansBy(added, 'apiserver_flowcontrol_request_wait_duration_seconds', ['flow_schema', 'execute']).slice(
      0,
      6,
    ),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
