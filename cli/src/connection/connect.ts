import { createKubeClient, type KubeClient, loadKubeConfig } from '@nicdiag/kube';
import type { Io } from '../io.ts';
import { type ConnectionFlags, loadOptionsOf, requestTimeoutOf } from './connectionFlags.ts';

/** The cluster as this command line names it. */
export interface Connection extends AsyncDisposable {
  readonly client: KubeClient;
  readonly namespace: string;
  /** For one request: aborts by Ctrl-C and by --request-timeout. */
  request(): { readonly signal: AbortSignal };
}

/** @throws KubeConfigError, UsageError */
export function connect(flags: ConnectionFlags, io: Pick<Io, 'signal'>): Connection {
  const timeoutMs = requestTimeoutOf(flags);
  const config = loadKubeConfig(loadOptionsOf(flags));
  const client = createKubeClient(config, { userAgent: 'kubectl-nicdiag' });
  return {
    client,
    namespace: config.namespace,
    request: () => ({
      signal: timeoutMs === undefined ? io.signal : AbortSignal.any([io.signal, AbortSignal.timeout(timeoutMs)]),
    }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}
