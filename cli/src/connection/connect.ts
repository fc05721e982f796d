import {
  type ConnectionConfig,
  createKubeClient,
  type KubeClient,
  KubeConfigError,
  loadKubeConfig,
} from '@nicdiag/kube';
import { UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { type ConnectionFlags, loadOptionsOf, requestTimeoutOf } from './connectionFlags.ts';

/** The cluster as this command line names it. */
export interface Connection extends AsyncDisposable {
  readonly client: KubeClient;
  readonly namespace: string;
  /** For one request: aborts by Ctrl-C and by --request-timeout. */
  request(): { readonly signal: AbortSignal };
}

/** @throws UsageError for flags or a kubeconfig that cannot be used */
export function connect(flags: ConnectionFlags, io: Pick<Io, 'signal'>): Connection {
  const timeoutMs = requestTimeoutOf(flags);
  const config = load(flags);
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

function load(flags: ConnectionFlags): ConnectionConfig {
  try {
    return loadKubeConfig(loadOptionsOf(flags));
  } catch (cause) {
    if (cause instanceof KubeConfigError) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}
