import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '@nicdiag/tools';

const PATIENCE_MS = 180_000;

/** Attributes of a SubjectAccessReview. */
export interface Attributes {
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface Subject {
  readonly user: string;
  readonly groups?: readonly string[];
}

export async function isAllowed(
  { admin }: Pick<Cluster, 'admin'>,
  subject: Subject,
  resourceAttributes: Attributes,
): Promise<boolean> {
  const review = await admin.object('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    body: { metadata: {}, spec: { ...subject, resourceAttributes } },
  });
  return (review['status'] as { readonly allowed: boolean }).allowed;
}

/** Waits until a role that was bound is in force: the API server's authorizer sees roles and bindings some time after
 * they were created, and a controller gathers aggregated roles. */
export async function untilAllowed(
  cluster: Pick<Cluster, 'admin'>,
  subject: Subject,
  attributes: Attributes,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isAllowed(cluster, subject, attributes))) {
    if (Date.now() > deadline)
      throw new Error(`${subject.user} may still not ${attributes.verb} ${attributes.resource}: no role is in force`);
    await sleep(20);
  }
}
