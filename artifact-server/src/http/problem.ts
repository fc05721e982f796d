import type { ServerResponse } from 'node:http';
import { ArtifactError, type ArtifactReason, type ErrorBody, ManifestError, StoreError } from '@nicdiag/artifacts';
import { isKubeError } from '@nicdiag/kube';
import { errorCode, toError } from '@nicdiag/runtime';

/** Also where the ledger, not a blob, finds no room. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Before an agent asks again: a bucket or an API server is back within seconds, most of the time. */
const SOON_MS = 10_000;
/** Somebody must do something first. */
const LATER_MS = 60_000;

const STORE_PROBLEMS: Record<StoreError['code'], { readonly reason: ArtifactReason; readonly retryAfterMs?: number }> =
  {
    BlobNotFound: { reason: 'NotFound' },
    BlobCorrupt: { reason: 'BlobCorrupt' },
    StoreFull: { reason: 'StoreFull', retryAfterMs: SOON_MS },
    // Agents keep what they have and come again, also while somebody corrects the bucket's credentials.
    StoreUnavailable: { reason: 'Unavailable', retryAfterMs: SOON_MS },
    StoreRefused: { reason: 'Unavailable', retryAfterMs: LATER_MS },
  };

/** What a failed request is answered with: a reason of the protocol and a sentence that names the object and what to do. */
export function problemOf(thrown: unknown): ArtifactError {
  if (thrown instanceof ArtifactError) return thrown;
  const cause = toError(thrown);
  if (thrown instanceof ManifestError) return new ArtifactError('ManifestInvalid', cause.message, { cause });
  if (thrown instanceof StoreError) {
    const { reason, ...retry } = STORE_PROBLEMS[thrown.code];
    return new ArtifactError(reason, thrown.message, { cause, ...retry });
  }
  if (isKubeError(thrown)) {
    const message = `the API server could not be asked, try again: ${thrown.message}`;
    return new ArtifactError('Unavailable', message, { cause, retryAfterMs: SOON_MS });
  }
  if (FULL.has(errorCode(thrown) ?? '')) {
    return new ArtifactError('StoreFull', 'the artifact store is full: enlarge its volume or delete captures', {
      cause,
    });
  }
  return new ArtifactError('InternalError', 'the artifact server failed; its log says why', { cause });
}

/** Answers with the problem. An answer that has begun can only be cut, so that nobody takes it for whole. */
export function sendProblem(response: ServerResponse, problem: ArtifactError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body: ErrorBody = { reason: problem.code, message: problem.message };
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  // A refused upload may still have its body on the way: the connection is not used again.
  const close = response.req.method === 'PUT' || response.req.method === 'POST';
  response
    .writeHead(problem.status, {
      'content-type': 'application/json',
      'content-length': String(bytes.byteLength),
      ...(problem.retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(problem.retryAfterMs / 1000)) }),
      ...(close && { connection: 'close' }),
    })
    .end(response.req.method === 'HEAD' ? undefined : bytes);
}
