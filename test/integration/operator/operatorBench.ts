import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DiagnosticCapture, DiagnosticCaptureSpec, NodeCapture } from '@nicdiag/api';
import {
  createKubeClient,
  type KubeClient,
  type KubeObject,
  leases,
  loadKubeConfig,
  type Resource,
  type Stored,
} from '@nicdiag/kube';
import { type Child, type Cluster, freePort, installChart, startCluster } from '@nicdiag/tools';
import { type Behaviour, type FakeAgent, startFakeAgent } from './fakeAgent.ts';
import { captures, nodeCaptures } from './resources.ts';
import { type SealServer, startSealServer } from './sealServer.ts';

const main = fileURLToPath(new URL('../../../operator/src/main.ts', import.meta.url));

export interface OperatorProcess extends Child {
  readonly metricsUrl: string;
}

export interface OperatorStart {
  /** of its log. @default operator */
  name?: string;
  env?: Record<string, string>;
  args?: readonly string[];
  /** another way to the API server, such as a proxy */
  server?: string;
}

/** A control plane with the chart, and operators as processes on it. Agents are played by the test. */
export interface OperatorBench extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  readonly sealServer: SealServer;
  /** With the operator's own identity, for what only it may write. */
  readonly asOperator: KubeClient;
  /** Starts an operator and waits until it answers /readyz. */
  startOperator(options?: OperatorStart): Promise<OperatorProcess>;
  /** Takes the lease from an operator that is dead, so that its successor need not wait until it runs out. */
  freeLease(): Promise<void>;
  /** A Node with an agent on it. */
  addNode(
    name: string,
    options?: { labels?: Record<string, string>; behaviour?: Behaviour; collectors?: string[] },
  ): Promise<FakeAgent>;
  capture(name: string, spec: Partial<DiagnosticCaptureSpec>): Promise<Stored<DiagnosticCapture>>;
  /** The capture once it is as described; rejects with its state when that takes too long. */
  until(name: string, is: (capture: DiagnosticCapture) => boolean): Promise<Stored<DiagnosticCapture>>;
  finished(name: string): Promise<Stored<DiagnosticCapture>>;
  children(captureName: string): Promise<Stored<NodeCapture>[]>;
  /** Follows any one object until it is as described; undefined stands for an object that is not there. */
  follow<T extends KubeObject>(
    resource: Resource<T>,
    ref: { name: string; namespace?: string },
    is: (object: Stored<T> | undefined) => boolean,
  ): Promise<Stored<T> | undefined>;
}

/** Of the operators. */
export const LEASE = { namespace: 'nicdiag-system', name: 'nicdiag-operator' };

/** For a test that waits until a lease runs out. Shorter, and a leader on a busy machine would lose it by itself. */
export const BRIEF_LEASE = ['--lease-duration=4s', '--lease-renew-deadline=3s', '--lease-retry-period=250ms'] as const;

/** Only for what never comes: a busy machine takes its time. */
const patienceMs = 180_000;

/** @param install brings the chart into the cluster, with its default values if nothing else is given */
export async function startOperatorBench(
  name: string,
  install: (cluster: Cluster) => Promise<unknown> = installChart,
): Promise<OperatorBench> {
  const cluster = await startCluster({ name });
  try {
    await install(cluster);
    return await furnish(cluster);
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

async function furnish(cluster: Cluster): Promise<OperatorBench> {
  const client = createKubeClient(loadKubeConfig({ kubeconfig: cluster.kubeconfig }));
  const sealServer = await startSealServer(cluster.authority);
  const agents: FakeAgent[] = [];
  const identity = { namespace: 'nicdiag-system', serviceAccount: 'nicdiag-operator' };
  const { token } = await cluster.boundToken(identity);
  const tokenFile = `${cluster.nursery.directory}/operator-artifacts-token`;
  writeFileSync(tokenFile, 'not checked by the stand-in');

  const asOperator = createKubeClient(
    loadKubeConfig({ kubeconfig: cluster.writeKubeconfig('as-operator', { token }) }),
  );

  const bench: OperatorBench = {
    cluster,
    client,
    asOperator,
    sealServer,
    async startOperator({ name = 'operator', env = {}, args = [], server } = {}) {
      const port = await freePort();
      const child = cluster.nursery.spawn(
        name,
        [
          process.execPath,
          main,
          `--kubeconfig=${through(cluster.writeKubeconfig(name, { token }), server)}`,
          `--artifacts-url=${sealServer.url}`,
          `--artifacts-ca=${cluster.caFile}`,
          `--artifacts-token-file=${tokenFile}`,
          `--listen=127.0.0.1:${port}`,
          '--log-level=debug',
          ...args,
        ],
        { env },
      );
      await answers(`http://127.0.0.1:${port}/readyz`, child);
      return Object.assign(child, { metricsUrl: `http://127.0.0.1:${port}/metrics` });
    },
    freeLease: () => client.delete(leases, LEASE),
    async addNode(name, { labels, ...options } = {}) {
      await cluster.createNode(name, labels);
      const agent = await startFakeAgent({ cluster, nodeName: name, ...options });
      agents.push(agent);
      return agent;
    },
    capture: (name, spec) =>
      client.create(captures, {
        apiVersion: 'nicdiag.dev/v1alpha1',
        kind: 'DiagnosticCapture',
        metadata: { name, namespace: 'default' },
        // The API server fills in the defaults.
        spec: {
          collectors: [{ name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } }],
          ...spec,
        } as DiagnosticCaptureSpec,
      }),
    async until(name, is) {
      const found = await bench.follow(
        captures,
        { name, namespace: 'default' },
        (capture) => capture !== undefined && is(capture),
      );
      if (!found) throw new Error(`${name} is gone`);
      return found;
    },
    finished: (name) => bench.until(name, (capture) => capture.status?.finishedAt !== undefined),
    async children(captureName) {
      const { items } = await client.list(nodeCaptures, {
        namespace: 'default',
        labelSelector: `nicdiag.dev/capture=${captureName}`,
      });
      return items;
    },
    async follow<T extends KubeObject>(
      resource: Resource<T>,
      ref: { name: string; namespace?: string },
      is: (object: Stored<T> | undefined) => boolean,
    ) {
      const signal = AbortSignal.timeout(patienceMs);
      const only = { namespace: ref.namespace, fieldSelector: `metadata.name=${ref.name}`, signal };
      // From the version of the list: what happens between list and watch must not be missed.
      const { items, resourceVersion } = await client.list(resource, only);
      let [last] = items;
      if (is(last)) return last;
      try {
        for await (const event of client.watch(resource, { ...only, resourceVersion })) {
          if (event.type === 'BOOKMARK') continue;
          last = event.type === 'DELETED' ? undefined : event.object;
          if (is(last)) return last;
        }
      } catch (cause) {
        throw new Error(
          `${resource.plural} ${ref.name} did not become what was awaited; it is ${JSON.stringify(last)}`,
          { cause },
        );
      }
      throw new Error(`the watch of ${resource.plural} ${ref.name} ended`);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(agents.map((agent) => agent[Symbol.asyncDispose]()));
      await sealServer[Symbol.asyncDispose]();
      await Promise.all([client[Symbol.asyncDispose](), asOperator[Symbol.asyncDispose]()]);
      await cluster[Symbol.asyncDispose]();
    },
  };
  return bench;
}

/** Sends the user of a kubeconfig another way. */
function through(kubeconfig: string, server: string | undefined): string {
  if (server === undefined) return kubeconfig;
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  config.clusters[0].cluster = { server };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return kubeconfig;
}

async function answers(url: string, child: Child): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    if (!child.isRunning()) throw new Error(`the operator ended:\n${child.tail(40)}`);
    if (Date.now() > deadline) throw new Error(`the operator is not ready:\n${child.tail(40)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
