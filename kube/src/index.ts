export * from './client.ts';
export { type ConnectionConfig, KubeConfigError, type LoadOptions, loadKubeConfig } from './kubeConfig.ts';
export * from './kubeError.ts';
export * from './metrics.ts';
export * from './objects.ts';
export * from './resource.ts';
export { createServerClock, type ServerClock } from './serverClock.ts';
export type { KubeRequest, KubeResponse, Method, QueryValue, SignalOption } from './transport.ts';
export type { WatchEvent, WatchOptions } from './watch.ts';
