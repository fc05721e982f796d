// Generated from crds/ by `make generate`. Do not edit.
import type { ObjectMeta } from '@nicdiag/kube/objects';

/**
 * ArtifactTicket lets its user download the artifacts of one DiagnosticCapture of the same namespace until it expires. It holds the hash of a secret that only the user has.
 */
export interface ArtifactTicket {
  apiVersion: 'nicdiag.dev/v1alpha1';
  kind: 'ArtifactTicket';
  metadata: ObjectMeta;
  spec: ArtifactTicketSpec;
}
/**
 * What, who and how long. Immutable.
 */
export interface ArtifactTicketSpec {
  /**
   * Name of the DiagnosticCapture.
   */
  capture: string;
  /**
   * Name of the user as the API server knows him; must be the requester.
   */
  user: string;
  /**
   * SHA-256 of the secret, hexadecimal.
   */
  secretSha256: string;
  /**
   * When it expires, at most 15 minutes after creation (chart value `artifacts.maxTicketLifetime`).
   */
  expiresAt: string;
}
