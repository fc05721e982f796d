import { parseArgs } from 'node:util';
import type { DevlinkAccess } from '@nicdiag/mlx5';
import { type LogLevel, parseDuration, parseQuantity } from '@nicdiag/runtime';

/** How the agent was started. */
export interface AgentOptions {
  readonly nodeName: string;
  /** Directory in which the host's `/dev` and `/sys` lie. */
  readonly hostRoot: string;
  /** Where devlink answers: a Unix socket instead of netlink, or a network namespace other than the agent's own. */
  readonly devlink: DevlinkAccess;
  /** Journal and spool; on the node's disk, of this agent alone. */
  readonly stateDir: string;
  readonly apiServer: string;
  readonly apiCaFile: string;
  readonly tokenFile: string;
  readonly artifactsUrl: string;
  readonly artifactsCaFile: string;
  readonly artifactsTokenFile: string;
  /** Of the probe server. */
  readonly listen: string;
  readonly spoolLimitBytes: number;
  readonly commandTimeoutMs: number;
  readonly rescanMs: number;
  readonly logLevel: LogLevel;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'Usage';
}

/** Where Kubernetes mounts a Pod's own credentials. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Where the chart mounts the token and the CA of the artifact server. */
const ARTIFACTS = '/var/run/secrets/nicdiag-artifacts';
const LOG_LEVELS: readonly string[] = ['error', 'warn', 'info', 'debug'] satisfies LogLevel[];

export const USAGE = `usage: node-agent [flags]
  --node-name NAME            node to speak for (NODE_NAME)
  --host-root DIR             where the host's /dev and /sys lie (/host)
  --devlink-netns FILE        network namespace in which devlink is asked, e.g. the host's /proc/1/ns/net (the agent's own)
  --devlink-socket SOCKET     unix socket that speaks devlink's netlink messages (netlink)
  --state-dir DIR             journal and spool (/var/lib/nicdiag)
  --api-server URL            (in a Pod: the cluster's)
  --api-ca FILE               (${SERVICE_ACCOUNT}/ca.crt)
  --token-file FILE           token for the API server (${SERVICE_ACCOUNT}/token)
  --artifacts-url URL         (https://nicdiag-artifacts.nicdiag-system.svc:8443)
  --artifacts-ca FILE         (${ARTIFACTS}/ca.crt)
  --artifacts-token-file FILE token for the artifact server (${ARTIFACTS}/token)
  --listen HOST:PORT          /livez, /readyz, /metrics (:8080)
  --spool-limit QUANTITY      most that evidence may take on this node's disk (4Gi)
  --command-timeout DURATION  a device whose command takes longer is given up (70s)
  --rescan DURATION           how often the devices are looked at (5m)
  --log-level LEVEL           error, warn, info, debug (info)
  --version, --help`;

/** Reads flags, then environment, then the defaults of a Pod.
 * @throws UsageError */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): AgentOptions {
  const flags = parseFlags(args);
  const apiServer = flags['api-server'] ?? inClusterServer(env);
  const nodeName = flags['node-name'] ?? env['NODE_NAME'];
  if (nodeName === undefined || nodeName === '') throw new UsageError('--node-name or NODE_NAME must name the node');
  if (apiServer === undefined) throw new UsageError('--api-server must be given outside of a cluster');
  const logLevel = flags['log-level'] ?? 'info';
  if (!isLogLevel(logLevel)) throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(', ')}`);
  return {
    nodeName,
    apiServer,
    logLevel,
    hostRoot: flags['host-root'] ?? '/host',
    devlink: devlinkAccess(flags['devlink-socket'], flags['devlink-netns']),
    stateDir: flags['state-dir'] ?? '/var/lib/nicdiag',
    apiCaFile: flags['api-ca'] ?? `${SERVICE_ACCOUNT}/ca.crt`,
    tokenFile: flags['token-file'] ?? `${SERVICE_ACCOUNT}/token`,
    artifactsUrl: flags['artifacts-url'] ?? 'https://nicdiag-artifacts.nicdiag-system.svc:8443',
    artifactsCaFile: flags['artifacts-ca'] ?? `${ARTIFACTS}/ca.crt`,
    artifactsTokenFile: flags['artifacts-token-file'] ?? `${ARTIFACTS}/token`,
    listen: flags.listen ?? ':8080',
    spoolLimitBytes: parsed('--spool-limit', flags['spool-limit'] ?? '4Gi', parseQuantity),
    commandTimeoutMs: parsed('--command-timeout', flags['command-timeout'] ?? '70s', parseDuration),
    rescanMs: parsed('--rescan', flags.rescan ?? '5m', parseDuration),
  };
}

function devlinkAccess(socket: string | undefined, networkNamespace: string | undefined): DevlinkAccess {
  return {
    ...(socket === undefined ? {} : { socket }),
    ...(networkNamespace === undefined ? {} : { networkNamespace }),
  };
}

function parseFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        'node-name': text,
        'host-root': text,
        'devlink-netns': text,
        'devlink-socket': text,
        'state-dir': text,
        'api-server': text,
        'api-ca': text,
        'token-file': text,
        'artifacts-url': text,
        'artifacts-ca': text,
        'artifacts-token-file': text,
        listen: text,
        'spool-limit': text,
        'command-timeout': text,
        rescan: text,
        'log-level': text,
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function parsed(flag: string, text: string, parse: (text: string) => number): number {
  try {
    return parse(text);
  } catch (cause) {
    throw new UsageError(`${flag}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function inClusterServer(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (host === undefined || port === undefined) return undefined;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function isLogLevel(text: string): text is LogLevel {
  return LOG_LEVELS.includes(text);
}
