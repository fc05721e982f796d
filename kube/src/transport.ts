import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, createConnection } from './connection.ts';
import type { ConnectionConfig } from './kubeConfig.ts';
import { errorOfAnswer, KubeError } from './kubeError.ts';
import type { MetricsSink } from './metrics.ts';
import { parseRetryAfter, retryDelay } from './retryPolicy.ts';
import { createServerClock, type ServerClock } from './serverClock.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type QueryValue = string | number | boolean | undefined;

export interface KubeRequest {
  method: Method;
  /** absolute path on the API server, encoded, without a query */
  path: string;
  query?: Readonly<Record<string, QueryValue>> | undefined;
  /** names in lower case */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Streams are sent once: a call with one is never tried again. */
  body?: string | Uint8Array | Readable | undefined;
  /** Longest wait for the answer to begin. @default 60 s */
  headersTimeoutMs?: number | undefined;
  /** Longest pause within the body. @default 60 s; 0 for none */
  bodyTimeoutMs?: number | undefined;
}

export interface KubeResponse {
  readonly status: number;
  /** names in lower case */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Must be read to its end or destroyed, or its connection is not given back. */
  readonly body: Readable;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

export interface SignalOption {
  signal?: AbortSignal | undefined;
}

/** Sends requests: authentication, connection reuse, repeats that are safe, errors with names. */
export interface Transport extends AsyncDisposable {
  readonly clock: ServerClock;
  /** @returns the answer once its headers are in, with status below 400 (see {@link KubeError} for the others) */
  send(request: KubeRequest, options?: SignalOption): Promise<KubeResponse>;
}

export interface TransportOptions {
  config: ConnectionConfig;
  metrics: MetricsSink;
  userAgent: string;
}

export function createTransport({ config, metrics, userAgent }: TransportOptions): Transport {
  const base = new URL(config.server);
  const prefix = base.pathname.replace(/\/+$/, '');
  const connection: Connection = createConnection(config);
  const clock = createServerClock();

  /** One try: an answer of any status, or a KubeError without one. */
  async function attempt(
    request: KubeRequest,
    attempted: string,
    signal: AbortSignal | undefined,
  ): Promise<KubeResponse> {
    const sent = Date.now();
    const started = performance.now();
    let code = '<error>';
    try {
      const { dispatcher, headers } = await connection.acquire();
      const answer = await dispatcher.request({
        origin: base.origin,
        path: prefix + request.path + queryString(request.query),
        method: request.method,
        headers: { accept: 'application/json', 'user-agent': userAgent, ...headers, ...request.headers },
        body: request.body ?? null,
        headersTimeout: request.headersTimeoutMs ?? 60_000,
        bodyTimeout: request.bodyTimeoutMs ?? 60_000,
        ...(signal ? { signal } : {}),
      });
      code = String(answer.statusCode);
      clock.observe(first(answer.headers['date']), sent, Date.now());
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body,
        text: () => answer.body.text(),
        json: () => answer.body.json(),
      };
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw transportError(attempted, config, cause);
    } finally {
      metrics.count('rest_client_requests_total', { code, method: request.method, host: base.host });
      metrics.observe(
        'rest_client_request_duration_seconds',
        { verb: request.method, host: base.host },
        (performance.now() - started) / 1000,
      );
    }
  }

  return {
    clock,
    async send(request, { signal } = {}) {
      const attempted = `${request.method} ${request.path}`;
      const replayable =
        request.body === undefined || typeof request.body === 'string' || request.body instanceof Uint8Array;
      let refreshed = false;
      for (let tries = 1; ; tries++) {
        signal?.throwIfAborted();
        const outcome = await attempt(request, attempted, signal).catch((error: unknown) => error);
        if (isResponse(outcome) && outcome.status < 400) return outcome;
        const error = isResponse(outcome) ? await answerError(outcome, attempted) : outcome;
        if (!(error instanceof KubeError)) throw error;
        if (error.status === 401 && replayable && !refreshed) {
          // A rotated token or certificate: one try with fresh credentials.
          refreshed = true;
          connection.refresh();
          continue;
        }
        const wait = retryDelay(
          {
            method: request.method,
            attempt: tries,
            status: error.status,
            retryAfterMs: error.retryAfterMs,
            transport: transportCode(error.cause),
            replayable,
          },
          Math.random(),
        );
        if (wait === undefined) throw error;
        await delay(wait, undefined, signal ? { signal } : {}).catch((aborted: unknown) => {
          throw signal?.aborted ? signal.reason : aborted;
        });
      }
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

function isResponse(value: unknown): value is KubeResponse {
  return (
    typeof value === 'object' && value !== null && !(value instanceof Error) && 'status' in value && 'body' in value
  );
}

async function answerError(response: KubeResponse, attempted: string): Promise<KubeError> {
  const retryAfterMs = parseRetryAfter(first(response.headers['retry-after']), Date.now());
  // The status line has arrived; a body that breaks off changes nothing about the failure.
  const body = await response.text().catch(() => '');
  return errorOfAnswer(attempted, response.status, body, retryAfterMs);
}

function transportError(attempted: string, { server, proxy }: ConnectionConfig, cause: unknown): KubeError {
  const code = transportCode(cause);
  const timeout =
    code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT';
  const said = cause instanceof Error && cause.message ? cause.message : String(cause);
  const way = proxy === undefined ? '' : ` through the proxy ${proxy}`;
  return new KubeError({
    code: timeout ? 'Timeout' : 'ConnectionFailed',
    status: 0,
    attempted,
    reason: `no answer from ${server}${way} (${code ?? 'unknown'}: ${said}); is it running and reachable from here?`,
    cause,
  });
}

/** The `code` of a network error; happy-eyeballs failures carry theirs on the first inner error. */
export function transportCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string' && error.code) return error.code;
  if (error instanceof AggregateError) return transportCode(error.errors[0]);
  return undefined;
}

export function queryString(query: KubeRequest['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
