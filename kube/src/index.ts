export * from './client.ts';
export * from './conditions.ts';
export * from './controller.ts';
export * from './eventRecorder.ts';
export * from './informer.ts';
export {
  type ConnectionConfig,
  KubeConfigError,
  kubeConfigNames,
  type LoadOptions,
  loadKubeConfig,
} from './kubeConfig.ts';
export * from './kubeError.ts';
export * from './leaderElection.ts';
export { type Lease, type LeaseSpec, leases, microTime } from './lease.ts';
export * from './metrics.ts';
export * from './objects.ts';
export * from './resource.ts';
export { createServerClock, type ServerClock } from './serverClock.ts';
export type { Change, Indexers } from './store.ts';
export type { KubeRequest, KubeResponse, Method, QueryValue, SignalOption } from './transport.ts';
export type { WatchEvent, WatchOptions } from './watch.ts';
export * from './workQueue.ts';
