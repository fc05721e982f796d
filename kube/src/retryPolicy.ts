/** Which failed calls are tried again, and when. Pure; the client does the waiting. */

export interface FailedCall {
  method: string;
  /** 1 for the first try */
  attempt: number;
  /** HTTP status of the answer, 0 without one */
  status: number;
  /** what the server asked for by Retry-After, in milliseconds */
  retryAfterMs?: number | undefined;
  /** error code of the transport, e.g. `ECONNREFUSED` */
  transport?: string | undefined;
  /** false for bodies that are streams: they can be sent once */
  replayable: boolean;
}

/** Tries in all, the first included. With the waits below that is about 8 s of an API server being away. */
export const maxAttempts = 6;
/** A server that asks for more than this is not waited for inside a call; the caller's back-off takes over. */
export const maxRetryAfterMs = 30_000;

const baseMs = 100;
const ceilingMs = 4_000;

/** The connection was never made, so the request was never seen: any method may be sent again. */
const refused = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS']);

/** @param random from [0, 1), so that a crowd does not come back at the same instant
 * @returns milliseconds to wait before the next try, undefined to give up */
export function retryDelay(call: FailedCall, random: number): number | undefined {
  if (!call.replayable || call.attempt >= maxAttempts || !mayRepeat(call)) return undefined;
  const backoff = Math.min(ceilingMs, baseMs * 2 ** (call.attempt - 1));
  const asked = call.retryAfterMs ?? 0;
  if (asked > maxRetryAfterMs) return undefined;
  // Never earlier than asked; the jitter is on top.
  return Math.round(asked + backoff * (0.5 + random / 2));
}

function mayRepeat(call: FailedCall): boolean {
  // 429 comes from priority and fairness or from the request limiter, before the request is executed.
  if (call.status === 429) return true;
  if (call.status === 0) return refused.has(call.transport ?? '') || idempotent.has(call.method);
  // 503, 502, 504: executed or not, nobody knows. Reads may be repeated; writes are the caller's to judge.
  return (call.status === 502 || call.status === 503 || call.status === 504) && idempotent.has(call.method);
}

/** @param header Retry-After: seconds, or an HTTP date
 * @returns milliseconds from now, undefined when absent or not understood */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
