import { parseArgs } from 'node:util';
import { AGENT_NAMESPACE, SERVICE_ACCOUNTS, SYSTEM_NAMESPACE, serviceAccountUser } from '@nicdiag/api';
import { type LogLevel, parseDuration, parseListen } from '@nicdiag/runtime';
import type { Callers } from './auth/callers.ts';
import { type Environment, parseStoreLocation, type StoreLocation } from './store/storeLocation.ts';
import type { CertificatePaths } from './tls/certificateFiles.ts';
import { checked, given, UsageError } from './usageError.ts';

export interface ServerOptions {
  /** Default: as kubectl finds it, or the Pod's ServiceAccount. */
  readonly kubeconfig?: string;
  /** In place of a kubeconfig: where the API server is, and the Pod's credentials for it. */
  readonly apiServer?: string;
  readonly apiCaFile?: string;
  readonly tokenFile?: string;
  readonly store: StoreLocation;
  readonly listen: string;
  readonly healthListen: string;
  readonly tls: CertificatePaths;
  readonly callers: Callers;
  readonly sweepIntervalMs: number;
  readonly sweepGraceMs: number;
  readonly massDeletionHoldMs: number;
  readonly logLevel: LogLevel;
}

export const USAGE = `Usage: nicdiag-artifact-server --store STORE --listen HOST:PORT --tls-cert FILE --tls-key FILE [options]

  --store DIR                       a directory, made if missing
  --store s3://BUCKET[/PREFIX]      an S3 bucket; credentials as the AWS SDK finds them: AWS_ACCESS_KEY_ID and
                                    AWS_SECRET_ACCESS_KEY, a web identity, an instance's role
  --s3-endpoint URL                 default: Amazon's of the region
  --s3-region REGION                default: $AWS_REGION
  --s3-force-path-style             https://endpoint/bucket/key in place of https://bucket.endpoint/key
  --s3-ca FILE                      PEM certificates that are trusted for it beside Node's own
  --staging DIR                     for uploads until they are in the bucket
  --staging-limit SIZE              bytes that they may have there, e.g. 8Gi; default: what the disk has
  --listen HOST:PORT                address for agents, operator and users (HTTPS)
  --tls-cert FILE, --tls-key FILE   PEM, read again when they change
  --health-listen HOST:PORT         /livez, /readyz, /metrics (HTTP); default 127.0.0.1:8081
  --kubeconfig FILE                 default: as kubectl finds it, or the Pod's ServiceAccount
  --token-file FILE                 in place of a kubeconfig: token for the API server, read again each minute
  --api-ca FILE                     CA of the API server; default: the Pod's
  --api-server URL                  default: https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT
  --agent-service-account NS:NAME   who may upload; default ${AGENT_NAMESPACE}:${SERVICE_ACCOUNTS.agent}
  --operator-service-account NS:NAME
                                    who may seal; default ${SYSTEM_NAMESPACE}:${SERVICE_ACCOUNTS.operator}
  --sweep-interval DURATION         default 10m
  --sweep-grace DURATION            artifacts stay so long after their capture; default 1h
  --mass-deletion-hold DURATION     the same when most captures vanish at once; default 24h
  --log-level LEVEL                 error, warn, info or debug; default info
  --version, --help
`;

/** @param env for what is not said: AWS_REGION
 * @throws UsageError */
export function parseOptions(args: readonly string[], env: Environment = process.env): ServerOptions {
  const { values } = parsed(args);
  const required = (name: 'store' | 'listen' | 'tls-cert' | 'tls-key'): string => given(values, name);
  const level = values['log-level'];
  const logLevel = LEVELS.find((known) => known === level);
  if (logLevel === undefined) throw new UsageError(`--log-level must be one of ${LEVELS.join(', ')}`);
  return {
    ...(values.kubeconfig !== undefined && { kubeconfig: values.kubeconfig }),
    ...(values['api-server'] !== undefined && { apiServer: values['api-server'] }),
    ...(values['api-ca'] !== undefined && { apiCaFile: values['api-ca'] }),
    ...(values['token-file'] !== undefined && { tokenFile: values['token-file'] }),
    store: parseStoreLocation(required('store'), values, env),
    listen: checked('listen', required('listen'), parseListen),
    healthListen: checked('health-listen', values['health-listen'], parseListen),
    tls: { cert: required('tls-cert'), key: required('tls-key') },
    callers: {
      agent: serviceAccount('agent-service-account', values['agent-service-account']),
      operator: serviceAccount('operator-service-account', values['operator-service-account']),
    },
    sweepIntervalMs: duration('sweep-interval', values['sweep-interval']),
    sweepGraceMs: duration('sweep-grace', values['sweep-grace']),
    massDeletionHoldMs: duration('mass-deletion-hold', values['mass-deletion-hold']),
    logLevel,
  };
}

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

const FLAGS = {
  kubeconfig: { type: 'string' },
  'api-server': { type: 'string' },
  'api-ca': { type: 'string' },
  'token-file': { type: 'string' },
  store: { type: 'string' },
  's3-endpoint': { type: 'string' },
  's3-region': { type: 'string' },
  's3-force-path-style': { type: 'boolean' },
  's3-ca': { type: 'string' },
  staging: { type: 'string' },
  'staging-limit': { type: 'string' },
  listen: { type: 'string' },
  'health-listen': { type: 'string', default: '127.0.0.1:8081' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'agent-service-account': { type: 'string', default: `${AGENT_NAMESPACE}:${SERVICE_ACCOUNTS.agent}` },
  'operator-service-account': { type: 'string', default: `${SYSTEM_NAMESPACE}:${SERVICE_ACCOUNTS.operator}` },
  'sweep-interval': { type: 'string', default: '10m' },
  'sweep-grace': { type: 'string', default: '1h' },
  'mass-deletion-hold': { type: 'string', default: '24h' },
  'log-level': { type: 'string', default: 'info' },
} as const;

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function duration(flag: string, value: string): number {
  checked(flag, value, parseDuration);
  return parseDuration(value);
}

function serviceAccount(flag: string, value: string): string {
  const [namespace, name, ...rest] = value.split(':');
  if (!namespace || !name || rest.length > 0) throw new UsageError(`--${flag} must be NAMESPACE:NAME, not ${value}`);
  return serviceAccountUser(namespace, name);
}
