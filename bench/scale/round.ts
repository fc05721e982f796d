import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DiagnosticCapture, type NicNode, type NodeCapture, RESOURCES } from '@nicdiag/api';
import { type KubeClient, type KubeObject, resource, type Stored } from '@nicdiag/kube';
import { POOL } from './fleet.ts';
import { prepareFloor } from './floor.ts';
import { difference, parseSamples, type Samples } from './metrics.ts';
import type { OperatorProcess } from './operator.ts';
import { childNamed, logUsage, untilQuiet } from './processes.ts';
import { details, type RoundResult, round, summarise, writesIn } from './results.ts';
import type { Scene } from './scene.ts';

const { apiVersion } = RESOURCES.DiagnosticCapture;
const captures = resource<DiagnosticCapture>(apiVersion, RESOURCES.DiagnosticCapture.plural);
const nodeCaptures = resource<NodeCapture>(apiVersion, RESOURCES.NodeCapture.plural);
const nicNodes = resource<NicNode>(apiVersion, RESOURCES.NicNode.plural);
const nodes = resource<KubeObject>('v1', 'nodes');
const NAMESPACE = 'default';
const LOOP_AT_ONCE = 32;
const PROFILE_SECONDS = 8;

export interface RoundOptions {
  readonly round: number;
  /** directory for a profile of the API server */
  readonly profile: string | undefined;
  /** how long to wait for other work on the machine to pause, seconds */
  readonly quietSeconds: number;
}

/** A capture as the operator does it. */
export function operatorRound(scene: Scene, operator: OperatorProcess, options: RoundOptions): Promise<RoundResult> {
  return measure(scene, operator, options, async (name) => {
    const finished = untilFinished(scene.client, name);
    // The watch stands.
    await pause(500);
    const started = Date.now();
    await apply(scene, name);
    return { started, complete: (await finished) - started };
  });
}

/** The plain loop in the operator's place; no operator may run. */
export function floorRound(scene: Scene, options: RoundOptions): Promise<RoundResult> {
  return measure(scene, undefined, options, async (name) => {
    const { cluster, client } = scene;
    const capture = await apply(scene, name);
    const labelSelector = `pool=${POOL.pool}`;
    const go = await prepareFloor({ cluster, client, nodes, nicNodes, capture, labelSelector, atOnce: LOOP_AT_ONCE });
    const started = Date.now();
    await go();
    return { started, complete: undefined };
  });
}

async function measure(
  scene: Scene,
  operator: OperatorProcess | undefined,
  options: RoundOptions,
  run: (name: string) => Promise<{ started: number; complete: number | undefined }>,
): Promise<RoundResult> {
  const { client, agents } = scene;
  const what = operator ? 'operator' : 'floor';
  const name = `${what}-${options.round}`;
  const pids = { apiServer: childNamed('kube-apiserver'), etcd: childNamed('etcd'), agents: agents.pid };
  // One that was just started takes the assignments of a plain loop away.
  await settled(operator);
  const operatorBefore = await operator?.metrics();
  const before = await apiServerMetrics(client);
  await untilQuiet(options.quietSeconds);
  const profiling = options.profile && saveApiServerProfile(client, options.profile, name);
  using usage = logUsage({ ...pids, ...(operator ? { operator: operator.child.pid } : {}) });
  const { started, complete } = await run(name);
  await agents.untilDone(scene.nodes);
  await profiling;
  await settled(operator);
  const after = await apiServerMetrics(client);
  const added = operatorBefore && operator && difference(await operator.metrics(), operatorBefore);
  const { times, refused } = agents.take();
  if (refused.length > 0) throw new Error(`${refused.length} calls of agents were refused, e.g. ${refused[0]}`);
  await removeAll(client, name);
  return {
    what,
    round: options.round,
    ...summarise(times, started, usage, operator !== undefined),
    complete,
    operatorWrites: added && round(writesIn(added) / scene.nodes, 1000),
    details: details(difference(after, before)),
  };
}

function apply(scene: Scene, name: string): Promise<Stored<DiagnosticCapture>> {
  return scene.client.create(captures, {
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
      parallelism: { maxNodes: scene.nodes },
    } as unknown as DiagnosticCapture['spec'],
  });
}

/** @returns when it was seen to be finished */
async function untilFinished(client: KubeClient, name: string): Promise<number> {
  // The API server ends a watch after some minutes; a new one begins with the capture as it is.
  for (;;) {
    for await (const event of client.watch(captures, { fieldSelector: `metadata.name=${name}` })) {
      if (event.type !== 'BOOKMARK' && event.object.status?.finishedAt) return Date.now();
    }
  }
}

/** Resolves when the operator has written nothing for some seconds: the last inboxes are emptied late. */
async function settled(operator: OperatorProcess | undefined): Promise<void> {
  if (!operator) return;
  for (let last = -1; ; ) {
    const now = writesIn(await operator.metrics());
    if (now === last) return;
    last = now;
    await pause(3_000);
  }
}

/** Everything of a round is gone before the next. */
async function removeAll(client: KubeClient, name: string): Promise<void> {
  await client.delete(captures, { namespace: NAMESPACE, name });
  await client.deleteCollection(nodeCaptures, { namespace: NAMESPACE });
  while ((await client.list(nodeCaptures)).items.length > 0) await pause(500);
  await pause(2_000);
}

async function apiServerMetrics(client: KubeClient): Promise<Samples> {
  const response = await client.request({ method: 'GET', path: '/metrics', headers: { accept: 'text/plain' } });
  return parseSamples(await response.text());
}

/** Of its processor time, as `go tool pprof` reads it, for some seconds from now. */
async function saveApiServerProfile(client: KubeClient, directory: string, name: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const query = { seconds: PROFILE_SECONDS };
  const response = await client.request({ method: 'GET', path: '/debug/pprof/profile', query });
  await writeFile(join(directory, `apiserver-${name}.pprof`), response.body);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
