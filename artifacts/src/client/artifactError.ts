import { ARTIFACT_REASONS, type ArtifactReason } from '../protocol/reasons.ts';

export interface ArtifactErrorOptions extends ErrorOptions {
  /** @default that of the reason */
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/** A request to the artifact server that did not succeed. */
export class ArtifactError extends Error {
  readonly code: ArtifactReason;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Before it is tried again, as the server asks (`Retry-After`). */
  readonly retryAfterMs: number | undefined;
  constructor(code: ArtifactReason, message: string, options: ArtifactErrorOptions = {}) {
    super(message, options);
    this.name = 'ArtifactError';
    this.code = code;
    this.status = options.status ?? ARTIFACT_REASONS[code].status;
    this.retryable = ARTIFACT_REASONS[code].retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}
