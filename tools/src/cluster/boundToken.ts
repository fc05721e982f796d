import type { AdminClient } from './adminClient.ts';

export interface BoundTokenOptions {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The Pod that the token is bound to: it dies with it, and carries the name of its node. */
  readonly pod?: { readonly name: string; readonly uid: string };
  /** @default the API server's own */
  readonly audiences?: readonly string[];
  /** Life; the API server gives no less than 600.
   * @default 3600 */
  readonly seconds?: number;
}

export interface BoundToken {
  readonly token: string;
  readonly expires: Date;
}

/** Asks for a ServiceAccount token by a TokenRequest.
 * @source https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
export async function boundToken(admin: AdminClient, options: BoundTokenOptions): Promise<BoundToken> {
  const { namespace, serviceAccount, pod, audiences, seconds = 3600 } = options;
  const spec = {
    audiences,
    expirationSeconds: seconds,
    boundObjectRef: pod && { apiVersion: 'v1', kind: 'Pod', ...pod },
  };
  const answer = await admin.request(
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
    {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
    },
  );
  return parseTokenRequest(answer);
}

function parseTokenRequest(value: unknown): BoundToken {
  const { status } = value as {
    readonly status?: { readonly token?: unknown; readonly expirationTimestamp?: unknown };
  };
  if (typeof status?.token !== 'string' || typeof status.expirationTimestamp !== 'string')
    throw new Error('the API server answered a TokenRequest without a token');
  return { token: status.token, expires: new Date(status.expirationTimestamp) };
}
