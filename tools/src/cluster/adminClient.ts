import { Agent, request as httpsRequest } from 'node:https';

/** Far above what the API server needs; a caller waits no longer than that for a server that hangs. */
const REQUEST_MS = 120_000;

/** A refusal of the API server, with its Status object's words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** `reason` of the Status object, e.g. `NotFound`, `Invalid`, `Forbidden` */
  readonly code: string;
  /** HTTP status */
  readonly status: number;
  constructor(method: string, path: string, status: number, reason: string, message: string) {
    super(`${method} ${path}: ${status} ${reason}: ${message}`);
    this.code = reason;
    this.status = status;
  }
}

export interface ApiRequest {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?:
    | 'application/json'
    | 'application/merge-patch+json'
    | 'application/json-patch+json'
    | 'application/apply-patch+yaml';
  /** Bearer token of somebody else.
   * @default the administrator's */
  readonly token?: string;
  readonly signal?: AbortSignal | undefined;
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Objects as the API server sends them; the caller knows what it asked for. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** Requests to the API server as administrator, without a client library: what `kubectl get --raw` does. */
export interface AdminClient {
  /** @returns the body, parsed when it is JSON
   * @throws ApiError when the answer is not 2xx */
  request(method: HttpMethod, path: string, options?: ApiRequest): Promise<unknown>;
  /** The same, for answers that are one object. */
  object(method: HttpMethod, path: string, options?: ApiRequest): Promise<ApiObject>;
  close(): void;
}

/** @param server URL of the API server
 * @param ca PEM
 * @param adminToken bearer token */
export function createAdminClient(server: string, ca: string, adminToken: string): AdminClient {
  const agent = new Agent({ keepAlive: true, ca, maxSockets: 32 });
  const request: AdminClient['request'] = (method, path, options = {}) =>
    new Promise((resolve, reject) => {
      const { body, contentType = 'application/json', token = adminToken } = options;
      const signal = AbortSignal.any([AbortSignal.timeout(REQUEST_MS), ...(options.signal ? [options.signal] : [])]);
      const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': contentType };
      const outgoing = httpsRequest(new URL(path, server), { method, agent, headers, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const parsed = parseBody(Buffer.concat(chunks).toString());
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(parsed);
          else reject(refusal(method, path, status, parsed));
        });
      });
      outgoing.once('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return {
    request,
    async object(method, path, options) {
      const value = await request(method, path, options);
      if (isApiObject(value)) return value;
      throw new Error(`${method} ${path} answered something that is no object of the API: ${JSON.stringify(value)}`);
    },
    close: () => agent.destroy(),
  };
}

export function isApiObject(value: unknown): value is ApiObject {
  return typeof value === 'object' && value !== null && 'metadata' in value && typeof value.metadata === 'object';
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // /readyz and /metrics speak plain text.
    return text;
  }
}

function refusal(method: string, path: string, status: number, body: unknown): ApiError {
  const { reason, message } = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return new ApiError(method, path, status, String(reason ?? 'Unknown'), String(message ?? body));
}
