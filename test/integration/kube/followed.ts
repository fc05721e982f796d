import {
  type Change,
  createInformer,
  createKubeClient,
  type Informer,
  isKubeError,
  type KubeClient,
  type KubeObject,
  loadKubeConfig,
  resource,
  type Stored,
} from '@nicdiag/kube';
import type { Cluster } from '@nicdiag/tools';
import type { ExecutionContext } from 'ava';
import { type FaultProxy, startFaultProxy } from './faultProxy.ts';

export interface Context {
  cluster: Cluster;
  client: KubeClient;
}

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

export const configMaps = resource<ConfigMap>('v1', 'configmaps');
const namespaces = resource('v1', 'namespaces');

/** A namespace of the test's own, where nothing else changes. */
export async function ownNamespace(t: ExecutionContext<Context>): Promise<string> {
  const { metadata } = await t.context.client.create(namespaces, { metadata: { generateName: 'test-' } });
  return metadata.name;
}

export interface Followed {
  namespace: string;
  proxy: FaultProxy;
  informer: Informer<ConfigMap, string>;
  changes: string[];
  /** records as they were made */
  made: string[];
  errors: string[];
  /** Resolves when the store holds exactly these, as `name=value`. */
  holds(...entries: string[]): Promise<void>;
}

/** An informer of config maps behind a fault proxy; what it keeps of one is `name=<data.value>`. */
export async function follow(
  t: ExecutionContext<Context>,
  options: { stallTimeoutMs?: number; prepare?: (namespace: string, proxy: FaultProxy) => Promise<void> } = {},
): Promise<Followed> {
  const { cluster } = t.context;
  const namespace = await ownNamespace(t);
  const proxy = await startFaultProxy(cluster);
  await options.prepare?.(namespace, proxy);
  const config = loadKubeConfig({ kubeconfig: cluster.kubeconfig, server: proxy.url, token: cluster.adminToken });
  const client = createKubeClient(config);
  const changes: string[] = [];
  const made: string[] = [];
  const errors: string[] = [];
  const waiting = new Set<() => void>();
  const informer = createInformer<ConfigMap, string>({
    client,
    resource: configMaps,
    namespace,
    // Made by a controller in every namespace, at its own time.
    fieldSelector: 'metadata.name!=kube-root-ca.crt',
    transform(object) {
      const record = `${object.metadata.name}=${object.data?.['value'] ?? ''}`;
      made.push(record);
      return record;
    },
    backoff: { baseMs: 10, maxMs: 100 },
    watch: options.stallTimeoutMs === undefined ? {} : { stallTimeoutMs: options.stallTimeoutMs },
    onError: (error, doing) => errors.push(`${doing}: ${isKubeError(error) ? error.code : error}`),
  });
  informer.onChange((change: Change<string>) => {
    changes.push(`${change.type} ${change.record}`);
    for (const check of waiting) check();
  });
  const stop = new AbortController();
  const running = informer.run({ signal: stop.signal });
  t.teardown(async () => {
    stop.abort();
    await running;
    await client[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });
  await informer.synced({ signal: AbortSignal.timeout(120_000) });
  return {
    namespace,
    proxy,
    informer,
    changes,
    made,
    errors,
    async holds(...entries) {
      const wanted = entries.sort().join();
      const now = () => [...informer.values()].sort().join();
      if (now() === wanted) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const check = () => now() === wanted && resolve();
      const timer = setTimeout(
        () => reject(new Error(`the store holds ${now()}, not ${wanted}; ${errors.join()}`)),
        120_000,
      );
      waiting.add(check);
      await promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(check);
      });
    },
  };
}

export function put(
  t: ExecutionContext<Context>,
  namespace: string,
  name: string,
  value: string,
): Promise<Stored<ConfigMap>> {
  return t.context.client.create(configMaps, { metadata: { name, namespace }, data: { value } });
}

export function change(
  t: ExecutionContext<Context>,
  namespace: string,
  name: string,
  value: string,
): Promise<Stored<ConfigMap>> {
  return t.context.client.patch(configMaps, { namespace, name }, { type: 'merge', body: { data: { value } } });
}
