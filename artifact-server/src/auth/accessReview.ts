import { createHash } from 'node:crypto';
import { GROUP, RESOURCES } from '@nicdiag/api';
import { ArtifactError, type CaptureIdentity } from '@nicdiag/artifacts';
import { type KubeClient, type KubeObject, resource } from '@nicdiag/kube';
import { createExpiringCache } from './expiringCache.ts';
import type { Identity } from './tokenReview.ts';

/** @source https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/ */
interface SubjectAccessReview extends KubeObject {
  readonly spec: {
    readonly user: string;
    readonly uid: string;
    readonly groups: readonly string[];
    readonly extra: Readonly<Record<string, readonly string[]>>;
    readonly resourceAttributes: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly allowed?: boolean; readonly reason?: string };
}

const ACCESS_REVIEWS = resource<SubjectAccessReview>('authorization.k8s.io/v1', 'subjectaccessreviews');
const ANSWER_MS = 10_000;

/** @throws ArtifactError `Forbidden` when the user may not `get diagnosticcaptures/artifacts` of that capture */
export type AuthorizeDownload = (
  identity: Identity,
  capture: Pick<CaptureIdentity, 'namespace' | 'name'>,
) => Promise<void>;

export function createAuthorizeDownload(client: KubeClient): AuthorizeDownload {
  const cache = createExpiringCache<boolean>(10_000);
  return async (identity, capture) => {
    const { username, uid, groups, extra } = identity;
    const resourceAttributes = {
      ...{ group: GROUP, resource: RESOURCES.DiagnosticCapture.plural, subresource: 'artifacts', verb: 'get' },
      ...{ namespace: capture.namespace, name: capture.name },
    };
    const spec = { user: username, uid, groups, extra, resourceAttributes };
    const key = createHash('sha256').update(JSON.stringify(spec)).digest('hex');
    const ask = async () => (await client.create(ACCESS_REVIEWS, { metadata: {}, spec })).status?.allowed === true;
    if (await cache.get(key, ask, () => ANSWER_MS)) return;
    throw new ArtifactError(
      'Forbidden',
      `${username} may not get diagnosticcaptures/artifacts of ${capture.namespace}/${capture.name}`,
    );
  };
}
