import type { ServerResponse } from 'node:http';
import { ArtifactError, type ArtifactReason, type ErrorBody, ManifestError, StoreError } from '@nicdiag/artifacts';
import { isKubeError } from '@nicdiag/kube';
import { errorCode, toError } from '@nicdiag/runtime';

/** Also where the ledger, not a blob, finds no room. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

const STORE_REASONS = {
  BlobNotFound: 'NotFound',
  BlobCorrupt: 'BlobCorrupt',
  StoreFull: 'StoreFull',
  // Agents keep what they have and come again, also while somebody corrects the bucket's credentials.
  StoreUnavailable: 'Unavailable',
  StoreRefused: 'Unavailable',
} as const satisfies Record<StoreError['code'], ArtifactReason>;

/** What a failed request is answered with: a reason of the protocol and a sentence that names the object and what to do. */
export function problemOf(thrown: unknown): ArtifactError {
  if (thrown instanceof ArtifactError) return thrown;
  const cause = toError(thrown);
  if (thrown instanceof ManifestError) return new ArtifactError('ManifestInvalid', cause.message, { cause });
  if (thrown instanceof StoreError) {
    return new ArtifactError(STORE_REASONS[thrown.code], thrown.message, { cause });
  }
  if (isKubeError(thrown)) {
    const message = `the API server could not be asked, try again: ${thrown.message}`;
    return new ArtifactError('Unavailable', message, { cause });
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
      'content-length': bytes.byteLength,
      ...(close && { connection: 'close' }),
    })
    .end(response.req.method === 'HEAD' ? undefined : bytes);
}
