import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import { KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { checkOverrides, KubeConfigError, type LoadOptions, selectContext } from './kubeConfigOverrides.ts';
import { applyTokenFiles } from './tokenFiles.ts';

export { KubeConfigError, type LoadOptions };

/** A header that is sent several times has a list. */
export type RequestHeaders = Record<string, string | string[]>;

/** Where the API server is and how to be known to it. client-node stays behind this. */
export interface ConnectionConfig {
  /** base URL without a trailing slash; may have a path */
  readonly server: string;
  readonly namespace: string;
  readonly context: string;
  /** The proxy on the way to it, for messages: URL without credentials */
  readonly proxy?: string;
  /** Headers that authenticate one request. Credential plugins and token files are asked each time. */
  authenticate(): Promise<RequestHeaders>;
  /** A new pool of connections with the TLS settings of now (CA and certificates may have been renewed). */
  createPool(): Promise<Dispatcher>;
}

/** At most so many connections to the API server; each watch holds one for as long as it lives. */
const maxConnections = 128;
/** How long a connection waits for its next request. undici's 4 s have each wave of calls of one capture begin with TLS
 * handshakes; much longer, and more calls go into connections that something on the way has forgotten. */
const idleMs = 15_000;

/** @throws KubeConfigError when the file cannot be read or names a context that is not there */
export function loadKubeConfig(options: LoadOptions = {}): ConnectionConfig {
  checkOverrides(options);
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
    ...(cluster.proxyUrl && { proxy: proxyName(cluster.proxyUrl) }),
    authenticate: () => headersOf(config, options),
    createPool: () => poolOf(config),
  };
}

/** What a kubeconfig has, by name: what `--context`, `--cluster` and `--user` may say.
 * @throws KubeConfigError when it cannot be read */
export function kubeConfigNames(kubeconfig?: string): {
  readonly contexts: readonly string[];
  readonly clusters: readonly string[];
  readonly users: readonly string[];
} {
  const config = readConfig({ kubeconfig });
  const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);
  return {
    contexts: names(config.getContexts()),
    clusters: names(config.getClusters()),
    users: names(config.getUsers()),
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
    // An empty file is a kubeconfig without anything in it, /dev/null among them, to kubectl too.
    if (options.kubeconfig && readFileSync(options.kubeconfig, 'utf8').trim() === '') return empty(config);
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

/** @throws KubeConfigError, without the password that may be in it, for what is no proxy's URL */
function proxyName(url: string): string {
  const { protocol, host } = URL.canParse(url) ? new URL(url) : { protocol: '', host: '' };
  if (/^(https?|socks(4a?|5h?)?):$/.test(protocol) && host !== '') return `${protocol}//${host}`;
  throw new KubeConfigError(
    'proxy-url of the kubeconfig, or HTTPS_PROXY, is no URL of a proxy: it reads like http://proxy.example:3128, or socks5://…',
  );
}

function empty(config: KubeConfig): KubeConfig {
  config.loadFromOptions({ clusters: [], users: [], contexts: [], currentContext: '' });
  return config;
}

/** client-node's own guess where it found nothing. */
function isNowhere(config: KubeConfig): boolean {
  return (
    config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.server === 'http://localhost:8080'
  );
}

async function headersOf(config: KubeConfig, { asGroups, asUid, asUserExtra }: LoadOptions): Promise<RequestHeaders> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: RequestHeaders = {};
  // Token files written by people end with a newline, which client-node leaves in.
  for (const [key, value] of Object.entries(options.headers ?? {})) headers[key.toLowerCase()] = String(value).trim();
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  // client-node knows of the impersonated user only.
  if (asGroups && asGroups.length > 0) headers['impersonate-group'] = [...asGroups];
  if (asUid) headers['impersonate-uid'] = asUid;
  for (const [key, values] of Object.entries(asUserExtra ?? {})) {
    headers[`impersonate-extra-${encodeURIComponent(key).toLowerCase()}`] = [...values];
  }
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
