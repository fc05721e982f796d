import type { RequestOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import { type Cluster, KubeConfig, RequestContext, type User } from '@kubernetes/client-node';
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { applyTokenFiles, tokenFileUser } from './tokenFiles.ts';

export interface LoadOptions {
  /** A kubeconfig file. @default $KUBECONFIG, else ~/.kube/config, else the Pod's service account */
  kubeconfig?: string | undefined;
  /** @default the file's current context */
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  /** @default the context's namespace, else `default` */
  namespace?: string | undefined;
  /** URL of the API server, instead of the cluster's; with `tokenFile` the default is the Pod's */
  server?: string | undefined;
  /** PEM file of the CA of its certificate, instead of the cluster's */
  caFile?: string | undefined;
  /** Bearer token, instead of the user's credentials */
  token?: string | undefined;
  /** File of a bearer token that is renewed, read again every minute. No kubeconfig is looked for then */
  tokenFile?: string | undefined;
  /** Impersonate this user (`--as`) */
  as?: string | undefined;
  /** Impersonate these groups (`--as-group`); needs `as` */
  asGroups?: readonly string[] | undefined;
  /** Do not verify the API server's certificate (`--insecure-skip-tls-verify`) */
  insecureSkipTlsVerify?: boolean | undefined;
}

/** A header that is sent several times has a list. */
export type RequestHeaders = Record<string, string | string[]>;

/** Where the API server is and how to be known to it. client-node stays behind this. */
export interface ConnectionConfig {
  /** base URL without a trailing slash; may have a path */
  readonly server: string;
  readonly namespace: string;
  readonly context: string;
  /** Headers that authenticate one request. Credential plugins and token files are asked each time. */
  authenticate(): Promise<RequestHeaders>;
  /** A new pool of connections with the TLS settings of now (CA and certificates may have been renewed). */
  createPool(): Promise<Dispatcher>;
}

/** The configuration cannot be used; nothing was sent. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
  readonly code = 'KubeConfigInvalid';
}

/** At most so many connections to the API server; each watch holds one for as long as it lives. */
const maxConnections = 128;
/** How long a connection waits for its next request. undici's 4 s have each wave of calls of one capture begin with TLS
 * handshakes; much longer, and more calls go into connections that something on the way has forgotten. */
const idleMs = 15_000;

/** @throws KubeConfigError when the file cannot be read or names a context that is not there */
export function loadKubeConfig(options: LoadOptions = {}): ConnectionConfig {
  const config = readConfig(options);
  selectContext(config, options);
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) {
    throw new KubeConfigError(
      `no API server in ${options.kubeconfig ?? 'the default kubeconfig'}: give --kubeconfig, set KUBECONFIG, or name a context that has a cluster`,
    );
  }
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: options.namespace ?? config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    context: config.getCurrentContext(),
    authenticate: () => headersOf(config, options.asGroups ?? []),
    createPool: () => poolOf(config),
  };
}

function readConfig(options: LoadOptions): KubeConfig {
  const config = new KubeConfig();
  // Who says where the credentials are means them: a kubeconfig that lies about must not be preferred.
  if (!options.kubeconfig && options.tokenFile) {
    if (!options.server && !process.env['KUBERNETES_SERVICE_HOST'])
      throw new KubeConfigError(
        'where is the API server? KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, which every Pod has, are not set: give its URL, or a kubeconfig',
      );
    config.loadFromCluster();
    return config;
  }
  try {
    if (options.kubeconfig) config.loadFromFile(options.kubeconfig);
    else config.loadFromDefault();
    applyTokenFiles(config, options.kubeconfig);
  } catch (cause) {
    throw new KubeConfigError(`cannot read the kubeconfig ${options.kubeconfig ?? '($KUBECONFIG or ~/.kube/config)'}`, {
      cause,
    });
  }
  if (!options.server && isNowhere(config)) {
    throw new KubeConfigError(
      'there is no kubeconfig: set KUBECONFIG or give --kubeconfig (neither ~/.kube/config nor a service account is here)',
    );
  }
  return config;
}

/** client-node's own guess where it found nothing. */
function isNowhere(config: KubeConfig): boolean {
  return (
    config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.server === 'http://localhost:8080'
  );
}

/** Applies the choices of the command line as a context of its own, as kubectl does. */
function selectContext(config: KubeConfig, options: LoadOptions): void {
  const name = options.context ?? config.getCurrentContext();
  const context = config.getContextObject(name);
  if (options.context && !context) {
    const known = config.getContexts().map((each) => each.name);
    throw new KubeConfigError(
      `no context "${options.context}" in the kubeconfig; it has: ${known.join(', ') || 'none'}`,
    );
  }
  const cluster = clusterOf(config.getCluster(options.cluster ?? context?.cluster ?? ''), options);
  const user = userOf(config.getUser(options.user ?? context?.user ?? ''), options);
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ name: name || 'default', cluster: 'cluster', user: 'user', namespace: context?.namespace }],
    currentContext: name || 'default',
  });
}

function clusterOf(cluster: Cluster | null, { server, caFile, insecureSkipTlsVerify }: LoadOptions): Cluster {
  const { caData: _, ...withoutCa } = cluster ?? {};
  const base = caFile ? { ...withoutCa, caFile } : { ...cluster };
  const url = server ?? cluster?.server ?? '';
  // client-node refuses http:// without skipTLSVerify; kubectl does not, and there is no TLS to verify.
  const skipTLSVerify = url.startsWith('http:') || (insecureSkipTlsVerify ?? cluster?.skipTLSVerify ?? false);
  return { ...base, name: 'cluster', server: url, skipTLSVerify };
}

function userOf(user: User | null, { token, tokenFile, as }: LoadOptions): User {
  const name = 'user';
  const impersonation = as ? { impersonateUser: as } : {};
  if (token) return { name, token, ...impersonation };
  if (tokenFile) return { name, ...tokenFileUser(tokenFile), ...impersonation };
  return { ...user, name, ...impersonation };
}

async function headersOf(config: KubeConfig, groups: readonly string[]): Promise<RequestHeaders> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: RequestHeaders = {};
  // Token files written by people end with a newline, which client-node leaves in.
  for (const [key, value] of Object.entries(options.headers ?? {})) headers[key.toLowerCase()] = String(value).trim();
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  // client-node knows of no groups.
  if (groups.length > 0) headers['impersonate-group'] = [...groups];
  return headers;
}

async function poolOf(config: KubeConfig): Promise<Dispatcher> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const tls = tlsOf(options);
  const built = config.createDispatcherOptions(config.getCurrentCluster(), {});
  // HTTP/1.1: over HTTP/2 all watches and calls would share one TCP connection, and one lost packet or GOAWAY hits them all.
  const pool = { connections: maxConnections, allowH2: false, keepAliveTimeout: idleMs };
  switch (built.type) {
    case 'proxy':
      return new ProxyAgent({ uri: built.uri, requestTls: tls, ...pool });
    case 'socks':
      return socksPool(config);
    case 'agent':
    case 'none':
      // 30 s as client-go: the default of 60 s races with the idle time-out of load balancers.
      return new Agent({ connect: { ...tls, keepAlive: true, keepAliveInitialDelay: 30_000 }, ...pool });
  }
}

/** Only what is set: undici takes an explicit undefined for a value. */
function tlsOf(options: RequestOptions): buildConnector.BuildOptions {
  const { ca, cert, key, pfx, passphrase } = options;
  // Certificates are parsed once for a pool: for each of its connections that took 3 ms.
  const tls: buildConnector.BuildOptions = { secureContext: createSecureContext({ ca, cert, key, pfx, passphrase }) };
  if (options.rejectUnauthorized !== undefined) tls.rejectUnauthorized = options.rejectUnauthorized;
  if (options.servername !== undefined) tls.servername = options.servername;
  return tls;
}

/** client-node keeps its SOCKS connector to itself; its own dispatcher is used as it comes. */
async function socksPool(config: KubeConfig): Promise<Dispatcher> {
  const context = new RequestContext(config.getCurrentCluster()?.server ?? '', 'GET');
  await config.applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  if (!dispatcher) throw new KubeConfigError('client-node made no dispatcher for the SOCKS proxy of this cluster');
  return dispatcher;
}
