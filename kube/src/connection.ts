import type { Dispatcher } from 'undici';
import type { ConnectionConfig, RequestHeaders } from './kubeConfig.ts';

/** Pooled connections with credentials, both renewed by age.
 * client-node makes a new TLS connection for each call (measured: 502 for 501 calls); this keeps two. */
export interface Connection extends AsyncDisposable {
  /** The pool and the headers for one request. */
  acquire(): Promise<{ dispatcher: Dispatcher; headers: RequestHeaders }>;
  /** Credentials were refused: ask for new ones at the next request. */
  refresh(): void;
}

/** Certificates and CAs are renewed on disk; a pool that is older than this is replaced by a new one. */
const poolLifetimeMs = 600_000;
/** Token files are rotated well before they expire; exec plugins have a cache of their own. */
const headersLifetimeMs = 10_000;

export function createConnection(config: ConnectionConfig, now: () => number = () => performance.now()): Connection {
  const retired = new Set<Dispatcher>();
  let pool: { dispatcher: Promise<Dispatcher>; born: number } | undefined;
  let headers: { value: Promise<RequestHeaders>; born: number } | undefined;
  let closed = false;

  async function retire(coming: Promise<Dispatcher>): Promise<void> {
    // One that never came up has been reported to whoever asked for it.
    const dispatcher = await coming.catch(() => undefined);
    if (!dispatcher) return;
    retired.add(dispatcher);
    // close() lets requests in flight end, watches included; new ones go to the new pool.
    await dispatcher.close().catch(() => dispatcher.destroy());
    retired.delete(dispatcher);
  }

  function currentPool(): Promise<Dispatcher> {
    if (pool && now() - pool.born <= poolLifetimeMs) return pool.dispatcher;
    if (pool) void retire(pool.dispatcher);
    const fresh = { dispatcher: config.createPool(), born: now() };
    pool = fresh;
    fresh.dispatcher.catch(() => {
      if (pool === fresh) pool = undefined;
    });
    return fresh.dispatcher;
  }

  function currentHeaders(): Promise<RequestHeaders> {
    if (headers && now() - headers.born <= headersLifetimeMs) return headers.value;
    const fresh = { value: config.authenticate(), born: now() };
    headers = fresh;
    fresh.value.catch(() => {
      if (headers === fresh) headers = undefined;
    });
    return fresh.value;
  }

  return {
    async acquire() {
      if (closed) throw new TypeError('the Kubernetes client is closed');
      const [dispatcher, authentication] = await Promise.all([currentPool(), currentHeaders()]);
      return { dispatcher, headers: authentication };
    },
    refresh() {
      headers = undefined;
      if (pool) void retire(pool.dispatcher);
      pool = undefined;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      const last = await pool?.dispatcher.catch(() => undefined);
      pool = undefined;
      await Promise.all([...retired, ...(last ? [last] : [])].map((dispatcher) => dispatcher.destroy()));
    },
  };
}
