/** What a person is told of an error: its message; of a refusal of the API server what is wrong with the request, each
 * cause on a line of its own. */
export function errorLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [`error: ${String(error)}`];
  if (error.name === 'TimeoutError') return ['error: no answer within --request-timeout'];
  return isRefusal(error) ? refusalLines(error) : [`error: ${error.message}`];
}

/** A KubeError, known by its looks: commands without a cluster do not load the Kubernetes client. */
interface Refusal extends Error {
  readonly code: string;
  readonly status: number;
  /** e.g. `GET /apis/nicdiag.dev/…`; the message begins with it. */
  readonly attempted: string;
  readonly details?: unknown;
}

function isRefusal(error: Error): error is Refusal {
  return error.name === 'KubeError' && 'attempted' in error && 'status' in error && 'code' in error;
}

interface Known {
  readonly code: string;
  readonly kind?: string;
  readonly tell: (name: string, namespace: string) => string;
}

/** What happens most, with what to do about it. */
const KNOWN: readonly Known[] = [
  {
    code: 'NotFound',
    kind: 'diagnosticcaptures',
    tell: (name, namespace) =>
      `there is no capture ${name} in namespace ${namespace}; kubectl nicdiag list -A shows those there are`,
  },
  {
    code: 'AlreadyExists',
    kind: 'diagnosticcaptures',
    tell: (name, namespace) =>
      `capture ${namespace}/${name} exists already, and a capture runs once: give this one another name ` +
      '(or metadata.generateName), or delete the old one',
  },
  {
    code: 'NotFound',
    kind: 'services',
    tell: (name, namespace) =>
      `there is no Service ${name} in namespace ${namespace}; --system-namespace says where nicdiag is installed`,
  },
  { code: 'NotFound', kind: 'namespaces', tell: (name) => `there is no namespace ${name}` },
];

const NAMESPACE = /\/namespaces\/([^/]+)/;

function refusalLines(error: Refusal): string[] {
  const { code, status, attempted, details } = error;
  const kind = text(details, 'kind');
  const known = KNOWN.find((row) => row.code === code && row.kind === kind);
  const name = text(details, 'name');
  if (known !== undefined && name !== undefined) {
    return [`error: ${known.tell(name, NAMESPACE.exec(attempted)?.[1] ?? 'default')}`];
  }
  // The path itself is unknown to this API server: there is no object to be named.
  if (status === 404 && name === undefined && attempted.includes('/apis/nicdiag.dev/')) {
    return [
      'error: this cluster does not know nicdiag.dev/v1alpha1: is nicdiag installed there, and is it the right one?',
    ];
  }
  const said = error.message.slice(`${attempted}: ${status > 0 ? `${status} ` : ''}${code}: `.length);
  const causes = causesOf(details).filter((cause) => !said.includes(cause));
  if (code === 'Invalid') {
    const all = causesOf(details).filter((cause) => !cause.startsWith('<nil>'));
    if (all.length > 0) return ['error: the API server refuses it', ...all.map((cause) => `  ${cause}`)];
  }
  // Whose fault a 5xx is shows in what was asked; of a refusal the server's words say it all.
  const first = status >= 500 ? error.message : said;
  return [`error: ${first}`, ...causes.map((cause) => `  ${cause}`)];
}

/** `details.causes` of a Status.
 * @source https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
function causesOf(details: unknown): string[] {
  if (typeof details !== 'object' || details === null || !('causes' in details) || !Array.isArray(details.causes))
    return [];
  const causes: unknown[] = details.causes;
  return causes.flatMap((cause) => {
    const message = text(cause, 'message');
    const field = text(cause, 'field');
    return message === undefined ? [] : [field === undefined ? message : `${field}: ${message}`];
  });
}

function text(value: unknown, key: string): string | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'string' ? found : undefined;
}
