import { parseArgs } from 'node:util';
import { AGENT_NAMESPACE, OPERATOR_LEASE, SYSTEM_NAMESPACE } from '@nicdiag/api';
import { type LogLevel, parseDuration } from '@nicdiag/runtime';
import type { CertificateSource } from './certificates/reconcile.ts';

export interface OperatorFlags {
  readonly kubeconfig: string | undefined;
  /** Where the API server is and the Pod's credentials for it, in place of a kubeconfig. */
  readonly api: {
    readonly server: string | undefined;
    readonly caFile: string | undefined;
    readonly tokenFile: string | undefined;
  };
  readonly namespace: string;
  readonly agentNamespace: string;
  readonly artifacts: {
    readonly url: string;
    readonly tokenFile: string;
    /** undefined where the operator keeps the certificate, and so knows its CA */
    readonly caFile: string | undefined;
    readonly certificate: CertificateSource | undefined;
  };
  /** from a seal to the first look for late evidence */
  readonly firstResealMs: number;
  readonly listen: string;
  readonly lease: {
    readonly name: string;
    readonly durationMs: number;
    readonly renewDeadlineMs: number;
    readonly retryPeriodMs: number;
  };
  readonly logLevel: LogLevel;
}

export class FlagError extends Error {
  override readonly name = 'FlagError';
  readonly code = 'InvalidFlags';
}

const logLevels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export const usage = `nicdiag-operator: turns DiagnosticCaptures into work for node agents and folds their results.
nicdiag-operator selftest agent|captures: checks an installation; --help says more.

  --kubeconfig FILE             default: $KUBECONFIG, ~/.kube/config, else the Pod's service account
  --token-file FILE             in place of a kubeconfig: token for the API server, read anew each minute
  --api-ca FILE                 CA of the API server [the Pod's]
  --api-server URL              [https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT]
  --namespace NAME              namespace of its Lease [${SYSTEM_NAMESPACE}]
  --agent-namespace NAME        namespace of the agents' Pods [${AGENT_NAMESPACE}]
  --artifacts-url URL           the artifact server (required)
  --artifacts-certificate FROM  given: by --artifacts-ca; self-signed: the operator keeps an authority and the certificate;
                                published: somebody else writes the Secret, with ca.crt, as cert-manager does [given]
  --artifacts-ca FILE           CA of its certificate, read anew each time (required when given)
  --artifacts-secret NAME       Secret of its certificate, in the operator's namespace [nicdiag-artifacts-tls]
  --artifacts-name NAME         name or address that a self-signed certificate is good for; may be repeated
  --artifacts-token-file FILE   token with the audience nicdiag-artifacts, read anew each time (required)
  --reseal-interval DURATION    from a seal to the first look for evidence that came late; later ones are rarer [5m]
  --listen HOST:PORT            /livez, /readyz, /metrics [:8081]
  --lease-name NAME             [${OPERATOR_LEASE}]
  --lease-duration DURATION     how long others wait for a silent leader [15s]
  --lease-renew-deadline D      a leader that could not renew for so long stops [10s]
  --lease-retry-period D        between tries [2s]
  --log-level LEVEL             error, warn, info or debug [info]
  --version, --help
`;

/** @throws FlagError with what is wrong; show it with {@link usage} */
export function parseFlags(args: readonly string[]): OperatorFlags {
  const { values } = parse(args);
  const required = (name: 'artifacts-url' | 'artifacts-ca' | 'artifacts-token-file') => {
    const value = values[name];
    if (!value) throw new FlagError(`--${name} is required`);
    return value;
  };
  const certificate = certificateSource(values);
  const logLevel = logLevels.find((level) => level === values['log-level']);
  if (!logLevel) throw new FlagError(`--log-level must be one of ${logLevels.join(', ')}`);
  return {
    kubeconfig: values.kubeconfig,
    api: { server: values['api-server'], caFile: values['api-ca'], tokenFile: values['token-file'] },
    namespace: values.namespace,
    agentNamespace: values['agent-namespace'],
    artifacts: {
      url: required('artifacts-url'),
      caFile: certificate === undefined ? required('artifacts-ca') : undefined,
      tokenFile: required('artifacts-token-file'),
      certificate,
    },
    firstResealMs: parseDuration(values['reseal-interval']),
    listen: values.listen,
    lease: {
      name: values['lease-name'],
      durationMs: parseDuration(values['lease-duration']),
      renewDeadlineMs: parseDuration(values['lease-renew-deadline']),
      retryPeriodMs: parseDuration(values['lease-retry-period']),
    },
    logLevel,
  };
}

function certificateSource({
  'artifacts-certificate': source,
  'artifacts-secret': secretName,
  'artifacts-name': names = [],
}: {
  readonly 'artifacts-certificate': string;
  readonly 'artifacts-secret': string;
  readonly 'artifacts-name'?: readonly string[] | undefined;
}): CertificateSource | undefined {
  switch (source) {
    case 'given':
      return undefined;
    case 'published':
      return { source, secretName };
    case 'self-signed':
      if (names.length === 0)
        throw new FlagError('--artifacts-name is required with --artifacts-certificate=self-signed');
      return { source, secretName, names };
    default:
      throw new FlagError('--artifacts-certificate must be one of given, self-signed, published');
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        kubeconfig: { type: 'string' },
        'api-server': { type: 'string' },
        'api-ca': { type: 'string' },
        'token-file': { type: 'string' },
        namespace: { type: 'string', default: SYSTEM_NAMESPACE },
        'agent-namespace': { type: 'string', default: AGENT_NAMESPACE },
        'artifacts-url': { type: 'string' },
        'artifacts-ca': { type: 'string' },
        'artifacts-token-file': { type: 'string' },
        'artifacts-certificate': { type: 'string', default: 'given' },
        'artifacts-secret': { type: 'string', default: 'nicdiag-artifacts-tls' },
        'artifacts-name': { type: 'string', multiple: true },
        'reseal-interval': { type: 'string', default: '5m' },
        listen: { type: 'string', default: ':8081' },
        'lease-name': { type: 'string', default: OPERATOR_LEASE },
        'lease-duration': { type: 'string', default: '15s' },
        'lease-renew-deadline': { type: 'string', default: '10s' },
        'lease-retry-period': { type: 'string', default: '2s' },
        'log-level': { type: 'string', default: 'info' },
      },
    });
  } catch (cause) {
    throw new FlagError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
