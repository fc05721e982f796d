import { ARTIFACT_REASONS, type ArtifactReason } from '../protocol/reasons.ts';

/** A request to the artifact server that did not succeed. */
export class ArtifactError extends Error {
  readonly code: ArtifactReason;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  constructor(code: ArtifactReason, message: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.name = 'ArtifactError';
    this.code = code;
    this.status = options.status ?? ARTIFACT_REASONS[code].status;
    this.retryable = ARTIFACT_REASONS[code].retryable;
  }
}
