/** The API server answered, and the answer was no. `code` is the Status object's reason (`NotFound`, `Conflict`,
 * `Invalid`, `Forbidden`, `Expired` …), or `Http<status>` when the answer was no Status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  /** What `Retry-After` asks for, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    what: string,
    answer: { status: number; code: string; message: string; retryAfterMs?: number | undefined },
  ) {
    super(`${what}: ${answer.status} ${answer.code}: ${answer.message}`);
    this.code = answer.code;
    this.status = answer.status;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

/** Reads the Status object of a refusal; a body that is none (a proxy's HTML) is quoted.
 * @param what the request, for the message: `GET /apis/…`
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export function readApiError(what: string, status: number, body: string, retryAfter: string | undefined): ApiError {
  let code = `Http${status}`;
  let message = body.slice(0, 256);
  try {
    const object: unknown = JSON.parse(body);
    if (typeof object === 'object' && object !== null) {
      if ('reason' in object && typeof object.reason === 'string' && object.reason !== '') code = object.reason;
      if ('message' in object && typeof object.message === 'string') message = object.message;
    }
  } catch {
    // Not JSON: the quoted body is the message.
  }
  return new ApiError(what, { status, code, message, retryAfterMs: readRetryAfter(retryAfter) });
}

/** The API server sends whole seconds; the date form of HTTP is not used by it. */
export function readRetryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** Whether the same request may pass later: the server is overloaded, starting, stopping or was not reached. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 429 || error.status >= 500 || error.status === 401;
  if (!(error instanceof Error)) return false;
  return error.name !== 'AbortError';
}
