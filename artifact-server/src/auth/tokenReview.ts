import { createHash } from 'node:crypto';
import { ARTIFACTS_AUDIENCE, NODE_CLAIMS } from '@nicdiag/api';
import { ArtifactError } from '@nicdiag/artifacts';
import { type KubeClient, type KubeObject, resource } from '@nicdiag/kube';
import { createExpiringCache } from './expiringCache.ts';

/** Who sent a request, as the API server knows him. */
export interface Identity {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
  /** Node that the token's Pod is bound to. */
  readonly nodeName?: string;
}

/** @throws ArtifactError `Unauthenticated`; KubeError when the API server cannot be asked */
export type Authenticate = (token: string, options: { readonly signal: AbortSignal }) => Promise<Identity>;

/** @source https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/ */
interface TokenReview extends KubeObject {
  readonly spec: { readonly token: string; readonly audiences: readonly string[] };
  readonly status?: {
    readonly authenticated?: boolean;
    readonly audiences?: readonly string[];
    readonly error?: string;
    readonly user?: {
      readonly username?: string;
      readonly uid?: string;
      readonly groups?: readonly string[];
      readonly extra?: Readonly<Record<string, readonly string[]>>;
    };
  };
}

const TOKEN_REVIEWS = resource<TokenReview>('authentication.k8s.io/v1', 'tokenreviews');

/** A revoked token is taken for so long still. An agent sends four requests in a row for each device. */
const ACCEPTED_MS = 10_000;
/** A refused one is asked about again soon: the API server may not have known it yet. */
const REFUSED_MS = 1_000;

/** Asks the API server about bearer tokens. Only those made for this server are taken (audience `nicdiag-artifacts`):
 * with ordinary ones it would hold credentials that work against the API server. */
export function createAuthenticate(client: KubeClient): Authenticate {
  const cache = createExpiringCache<Identity | string>(10_000);
  const review = async (token: string): Promise<Identity | string> => {
    const answer = await client.create(TOKEN_REVIEWS, {
      metadata: {},
      spec: { token, audiences: [ARTIFACTS_AUDIENCE] },
    });
    return identityOf(answer.status);
  };
  return async (token, { signal }) => {
    signal.throwIfAborted();
    const key = createHash('sha256').update(token).digest('hex');
    const lifetime = (answer: Identity | string) => (typeof answer === 'string' ? REFUSED_MS : ACCEPTED_MS);
    const answer = await cache.get(key, () => review(token), lifetime);
    if (typeof answer !== 'string') return answer;
    throw new ArtifactError('Unauthenticated', answer);
  };
}

/** @returns the identity, or why there is none */
export function identityOf(status: TokenReview['status']): Identity | string {
  const { authenticated, audiences = [], user, error } = status ?? {};
  const hint = `use a token with the audience ${ARTIFACTS_AUDIENCE}, or an ArtifactTicket`;
  if (authenticated !== true || user?.username === undefined) {
    return `the API server does not accept the token${error ? ` (${error})` : ''}; ${hint}`;
  }
  if (!audiences.includes(ARTIFACTS_AUDIENCE)) return `the token is not meant for this server; ${hint}`;
  const nodeName = user.extra?.[NODE_CLAIMS.name]?.[0];
  return {
    username: user.username,
    uid: user.uid ?? '',
    groups: user.groups ?? [],
    extra: user.extra ?? {},
    ...(nodeName !== undefined && { nodeName }),
  };
}
