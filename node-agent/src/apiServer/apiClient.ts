import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { jitter } from '@nicdiag/runtime';
import { ApiError, readApiError } from './apiError.ts';
import { createConnection } from './connection.ts';
import { createFreshFile } from './freshFile.ts';
import { createServerTime, type ServerTime } from './serverTime.ts';

export interface ApiClientOptions {
  /** `https://host:port`. */
  readonly url: string;
  readonly caFile?: string;
  readonly tokenFile: string;
  readonly userAgent: string;
  /** Told of every answer, for metrics; `code` is the HTTP status or `error`. */
  readonly onAnswer?: (answer: { readonly method: string; readonly code: string; readonly seconds: number }) => void;
}

export type PatchType = 'merge' | 'json';

/** The little of the Kubernetes API that an agent needs. Paths are full: `/apis/nicdiag.dev/v1alpha1/…`.
 * Every call: throws `ApiError` for a refusal and the socket's error when there was no answer; 429, and any answer with
 * `Retry-After`, is waited for and repeated within the call, up to five minutes. */
export interface ApiClient extends Disposable {
  readonly time: ServerTime;
  get(path: string, options: { readonly signal: AbortSignal }): Promise<unknown>;
  create(path: string, object: unknown, options: { readonly signal: AbortSignal }): Promise<unknown>;
  patch(
    path: string,
    patch: unknown,
    options: { readonly type: PatchType; readonly signal: AbortSignal },
  ): Promise<unknown>;
  /** Nothing there is fine. @param uid delete only this object, not a later one of the same name */
  delete(path: string, options: { readonly uid?: string; readonly signal: AbortSignal }): Promise<void>;
  /** Opens a long answer (a watch); the caller reads or destroys it. Not repeated. */
  open(path: string, options: { readonly signal: AbortSignal }): Promise<IncomingMessage>;
}

/** A short request that has no answer after this is given up; the API server's own limit is 60 s. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Bodies are objects of one node, at most some kB; more is not for us. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** How long one call goes on obeying Retry-After. */
const MAX_THROTTLED_MS = 300_000;
const CONTENT_TYPES = { merge: 'application/merge-patch+json', json: 'application/json-patch+json' } as const;

export function createApiClient(options: ApiClientOptions): ApiClient {
  const token = createFreshFile(options.tokenFile, 'the token of the API server');
  const ca = options.caFile === undefined ? undefined : createFreshFile(options.caFile, 'the CA of the API server');
  const connection = createConnection(options.url, ca);
  const time = createServerTime();

  async function send(method: string, path: string, body: unknown, type: string, signal: AbortSignal) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const started = performance.now();
    const count = (code: string) => options.onAnswer?.({ method, code, seconds: (performance.now() - started) / 1000 });
    try {
      const response = await connection.send(
        {
          method,
          path,
          headers: {
            authorization: `Bearer ${token.read()}`,
            accept: 'application/json',
            'user-agent': options.userAgent,
            ...(text === undefined ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) }),
          },
          ...(text === undefined ? {} : { body: text }),
        },
        { signal },
      );
      time.observe(response.headers.date, started, performance.now());
      count(String(response.statusCode));
      return response;
    } catch (error) {
      count('error');
      throw error;
    }
  }

  /** One try: the answer's head and, unless it is a success, its error. */
  async function attempt(method: string, path: string, body: unknown, type: string, signal: AbortSignal) {
    const response = await send(method, path, body, type, signal);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    if (status === 401) token.expire();
    const what = `${method} ${path.split('?', 1)[0]}`;
    throw readApiError(what, status, await readBody(response), response.headers['retry-after']);
  }

  async function call(
    method: string,
    path: string,
    body: unknown,
    type: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    const givingUpAt = performance.now() + MAX_THROTTLED_MS;
    let tokenRefused = false;
    for (;;) {
      // The time limit covers the body too.
      const limited = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
      try {
        const response = await attempt(method, path, body, type, limited);
        return JSON.parse(await readBody(response));
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401 && !tokenRefused) {
          tokenRefused = true;
          continue;
        }
        const wait = error.retryAfterMs ?? (error.status === 429 ? 1000 : undefined);
        if (wait === undefined) throw error;
        // A fleet that was throttled together must not come back together.
        const delay = jitter(Math.max(wait, 100), 1);
        if (performance.now() + delay > givingUpAt) throw error;
        await sleep(delay, undefined, { signal });
      }
    }
  }

  return {
    time,
    get: (path, { signal }) => call('GET', path, undefined, '', signal),
    create: (path, object, { signal }) => call('POST', path, object, 'application/json', signal),
    patch: (path, patch, { type, signal }) => call('PATCH', path, patch, CONTENT_TYPES[type], signal),
    async delete(path, { uid, signal }) {
      const body = uid === undefined ? undefined : { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
      try {
        await call('DELETE', path, body, 'application/json', signal);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return;
        throw error;
      }
    },
    open: (path, { signal }) => attempt('GET', path, undefined, '', signal),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Error(`the API server's answer is larger than ${MAX_BODY_BYTES} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}
