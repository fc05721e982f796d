import { isKubeStatus, type KubeStatus } from './objects.ts';

/** Codes of failures that have no answer from the API server. */
export type TransportCode = 'ConnectionFailed' | 'Timeout' | 'StreamBroken' | 'BadResponse';

export interface KubeErrorInit {
  /** `status.reason` of the answer (`NotFound`, `Conflict`, `Invalid` …) or a {@link TransportCode} */
  code: string;
  /** HTTP status, 0 when there was no answer */
  status: number;
  /** what was tried, e.g. `PATCH /apis/nicdiag.dev/v1alpha1/…` */
  attempted: string;
  /** what the server said */
  reason: string;
  /** milliseconds the server asks to wait */
  retryAfterMs?: number | undefined;
  details?: KubeStatus['details'] | undefined;
  /** text of the answer */
  body?: string | undefined;
  cause?: unknown;
}

/** A call to the API server that did not succeed. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: string;
  readonly status: number;
  readonly attempted: string;
  readonly retryAfterMs: number | undefined;
  readonly details: KubeStatus['details'] | undefined;
  /** Text of the answer as it came; a service behind the API server's proxy has words of its own. */
  readonly body: string | undefined;

  constructor(init: KubeErrorInit) {
    const answer = init.status > 0 ? `${init.status} ${init.code}` : init.code;
    super(`${init.attempted}: ${answer}: ${init.reason}`, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.status = init.status;
    this.attempted = init.attempted;
    this.retryAfterMs = init.retryAfterMs;
    this.details = init.details;
    this.body = init.body;
  }
}

/** True for a KubeError with one of the given codes.
 * @example if (isKubeError(error, 'NotFound', 'Conflict')) … */
export function isKubeError(error: unknown, ...codes: readonly string[]): error is KubeError {
  return error instanceof KubeError && (codes.length === 0 || codes.includes(error.code));
}

/** True when the watch or list position is too old: list again. A watch says `Expired` or `Gone`, both with 410. */
export function isExpired(error: unknown): boolean {
  return error instanceof KubeError && (error.status === 410 || error.code === 'Expired' || error.code === 'Gone');
}

/** Reasons for answers that carry no Status, from proxies or the service behind a service proxy. */
const reasonOfStatus: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** Makes the error for an answer with a status of 400 and above. */
export function errorOfAnswer(attempted: string, status: number, body: string, retryAfterMs?: number): KubeError {
  const parsed = parseStatus(body);
  const seconds = parsed?.details?.retryAfterSeconds;
  return new KubeError({
    code: parsed?.reason || reasonOfStatus[status] || `HTTP${status}`,
    status,
    attempted,
    reason: parsed?.message || body.slice(0, 500).trim() || 'no message',
    retryAfterMs: retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000),
    details: parsed?.details,
    body,
  });
}

/** Makes the error for a Status sent as an ERROR event inside a watch. */
export function errorOfStatus(attempted: string, status: KubeStatus): KubeError {
  const seconds = status.details?.retryAfterSeconds;
  return new KubeError({
    code: status.reason || reasonOfStatus[status.code ?? 500] || 'InternalError',
    status: status.code ?? 500,
    attempted,
    reason: status.message ?? 'no message',
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
    details: status.details,
  });
}

function parseStatus(body: string): KubeStatus | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return isKubeStatus(value) ? value : undefined;
  } catch {
    // Not a Status: the caller shows the text itself.
    return undefined;
  }
}
