/** API group and version of every kind here. */
export const GROUP = 'nicdiag.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}` as const;

/** Namespace of operator and artifact server, and of the agents; defaults of the chart. They are two because agents need
 * a privileged namespace and nothing else should be in it. */
export const SYSTEM_NAMESPACE = 'nicdiag-system';
export const AGENT_NAMESPACE = 'nicdiag-agent';

/** Names of the ServiceAccounts; operator and artifacts in {@link SYSTEM_NAMESPACE}, agent in {@link AGENT_NAMESPACE}. */
export const SERVICE_ACCOUNTS = {
  operator: 'nicdiag-operator',
  artifacts: 'nicdiag-artifacts',
  agent: 'nicdiag-agent',
} as const;

/** Value of the label `app.kubernetes.io/name` of the agents' Pods. */
export const AGENT_APP = 'nicdiag-agent';

/** Name under which the API server knows a ServiceAccount. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** Audience of the tokens that the artifact server takes; tokens for the API server are refused there. */
export const ARTIFACTS_AUDIENCE = 'nicdiag-artifacts';

/** Service of the artifact server, its named port, and the segment by which the API server's proxy reaches it. */
export const ARTIFACTS_SERVICE = {
  name: 'nicdiag-artifacts',
  port: 'https',
  proxy: 'https:nicdiag-artifacts:https',
} as const;

/** Header that carries an ArtifactTicket: `<ticket name>.<secret>`. The API server's proxy strips Authorization but
 * passes this one. */
export const TICKET_HEADER = 'x-nicdiag-ticket';

/** Longest lifetime of an ArtifactTicket in milliseconds; default of the chart, checked by the policy nicdiag-ticket. */
export const MAX_TICKET_LIFETIME_MS = 15 * 60_000;

/** The operator's Lease in {@link SYSTEM_NAMESPACE}. */
export const OPERATOR_LEASE = 'nicdiag-operator';

/** A NicNode's assignments; the CRD has the same bound. */
export const MAX_ASSIGNMENTS = 16;

/** `spec.nodeDeadline` of a NodeCapture where the capture gives none; not in the schema because it grows with the
 * collectors' durations. */
export const DEFAULT_NODE_DEADLINE = '2m';

/** A user's claims on a bound token, keys of `userInfo.extra`.
 * @source KEP-4193 */
export const NODE_CLAIMS = {
  name: 'authentication.kubernetes.io/node-name',
  uid: 'authentication.kubernetes.io/node-uid',
} as const;
