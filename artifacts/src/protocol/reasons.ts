/** Every error the artifact server answers with: HTTP status, and whether the same request may succeed later without
 * anyone changing anything. Also the client's own (`status: 0`: there was no answer). */
export const ARTIFACT_REASONS = {
  BadRequest: { status: 400, retryable: false },
  /** No token or ticket, or one that does not hold; a projected token is replaced in time. */
  Unauthenticated: { status: 401, retryable: true },
  Forbidden: { status: 403, retryable: false },
  /** The token's node is not the node of the path. */
  NotYourNode: { status: 403, retryable: false },
  /** The capture has no NodeCapture for this node. */
  NotTargeted: { status: 403, retryable: false },
  TicketInvalid: { status: 403, retryable: false },
  TicketExpired: { status: 403, retryable: false },
  NotFound: { status: 404, retryable: false },
  CaptureNotFound: { status: 404, retryable: false },
  MethodNotAllowed: { status: 405, retryable: false },
  /** The upload goes on at another byte than the server has: ask again with HEAD. */
  OffsetMismatch: { status: 409, retryable: true },
  /** A device manifest names a blob that is not there yet: upload it, then the manifest. */
  BlobMissing: { status: 409, retryable: true },
  NotSealed: { status: 409, retryable: true },
  LimitExceeded: { status: 413, retryable: false },
  RangeNotSatisfiable: { status: 416, retryable: false },
  /** The uploaded bytes are not one zstd frame of the blob's digest and size. What was received is thrown away. */
  BlobCorrupt: { status: 422, retryable: true },
  ManifestInvalid: { status: 422, retryable: false },
  InternalError: { status: 500, retryable: true },
  /** The API server cannot be asked, or this server is starting or ending. */
  Unavailable: { status: 503, retryable: true },
  StoreFull: { status: 507, retryable: true },
  ConnectionFailed: { status: 0, retryable: true },
  TimedOut: { status: 0, retryable: true },
  /** An answer that no artifact server gives: something else listens there. */
  UnexpectedAnswer: { status: 0, retryable: true },
} as const satisfies Record<string, { readonly status: number; readonly retryable: boolean }>;

export type ArtifactReason = keyof typeof ARTIFACT_REASONS;

export function isArtifactReason(value: string): value is ArtifactReason {
  return Object.hasOwn(ARTIFACT_REASONS, value);
}
