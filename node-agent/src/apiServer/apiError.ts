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

/** Statuses that say no to the request, but not for ever. */
const PASSING: ReadonlySet<number> = new Set([
  // A token that expired, or that the server cannot judge yet.
  401,
  // Roles and policies that have just been installed are in force some seconds later.
  403, 429,
]);

/** Whether the same request may pass later: the server is overloaded, starting, stopping, not set up yet or was not
 * reached. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return PASSING.has(error.status) || error.status >= 500;
  return error instanceof Error && error.name !== 'AbortError';
}
