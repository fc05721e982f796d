/** Which node this agent speaks for: the Node's name and UID. */
export interface NodeIdentity {
  readonly name: string;
  readonly uid: string;
}

/** Reads the node claim of a bound service account token (Kubernetes ≥ 1.30). The API server judges writes by the same
 * claim, so what it says here is what will be accepted. The signature is not our business: the token is our own.
 * @returns undefined for a token without a node claim (not bound to a Pod, or an older cluster)
 * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#schema-for-service-account-private-claims */
export function nodeOfToken(token: string): NodeIdentity | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const node = field(field(claims, 'kubernetes.io'), 'node');
    const name = field(node, 'name');
    const uid = field(node, 'uid');
    return typeof name === 'string' && typeof uid === 'string' ? { name, uid } : undefined;
  } catch {
    return undefined;
  }
}

function field(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, key) : undefined;
}
