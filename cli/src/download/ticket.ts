import { createHash, randomBytes } from 'node:crypto';
import { isKubeError, type KubeClient, type KubeObject, resource } from '@nicdiag/kube';
import { TICKETS } from '../connection/resources.ts';

/** Long enough to begin; a download that has begun may go on after it. */
const LIFETIME_MS = 10 * 60_000;

/** The right to download one capture's artifacts, for a while. */
export interface Ticket extends AsyncDisposable {
  /** Value of the header X-Nicdiag-Ticket. */
  readonly header: string;
}

/** @source https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/ */
interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}

const SELF_REVIEWS = resource<SelfSubjectReview>('authentication.k8s.io/v1', 'selfsubjectreviews');

/** Creates an ArtifactTicket; the API server's policy decides whether this user may. Only the hash of the secret leaves
 * this process. Disposing deletes it.
 * @throws KubeError with the policy's words */
export async function createTicket(
  client: KubeClient,
  capture: { readonly namespace: string; readonly name: string },
  { signal }: { readonly signal: AbortSignal },
): Promise<Ticket> {
  const review = await client.create(SELF_REVIEWS, { metadata: {} }, { signal });
  const secret = randomBytes(32).toString('base64url');
  const { namespace, name } = capture;
  const ticket = await client.create(
    TICKETS,
    {
      kind: 'ArtifactTicket',
      metadata: { namespace, generateName: `${name.slice(0, 40).replace(/[.-]+$/, '')}-` },
      spec: {
        capture: name,
        user: review.status?.userInfo?.username ?? '',
        secretSha256: createHash('sha256').update(secret).digest('hex'),
        expiresAt: new Date(client.clock.now() + LIFETIME_MS).toISOString(),
      },
    },
    { signal },
  );
  const { name: ticketName, uid } = ticket.metadata;
  return {
    header: `${ticketName}.${secret}`,
    async [Symbol.asyncDispose]() {
      // Also after Ctrl-C, so without the command's signal; the server deletes what expired anyway.
      const timeout = AbortSignal.timeout(5_000);
      const ref = { namespace, name: ticketName };
      await client.delete(TICKETS, ref, { preconditions: { uid }, signal: timeout }).catch((error: unknown) => {
        if (!isKubeError(error) && !timeout.aborted) throw error;
      });
    },
  };
}
