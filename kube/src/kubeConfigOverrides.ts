import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { environmentProxy } from './environmentProxy.ts';
import { tokenFileUser } from './tokenFiles.ts';

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
  /** Name in its certificate, where it is not the one in its address (`--tls-server-name`) */
  tlsServerName?: string | undefined;
  /** PEM files of a client certificate and its key, instead of the user's */
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  /** Basic authentication, for a proxy that asks for it; API servers do not take it any more */
  username?: string | undefined;
  password?: string | undefined;
  /** Bearer token, instead of the user's credentials */
  token?: string | undefined;
  /** File of a bearer token that is renewed, read again every minute. No kubeconfig is looked for then */
  tokenFile?: string | undefined;
  /** Impersonate this user (`--as`) */
  as?: string | undefined;
  /** Impersonate these groups (`--as-group`); needs `as` */
  asGroups?: readonly string[] | undefined;
  /** Impersonate the one with this UID (`--as-uid`); needs `as` */
  asUid?: string | undefined;
  /** Impersonate with these extras (`--as-user-extra`); needs `as` */
  asUserExtra?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Do not verify the API server's certificate (`--insecure-skip-tls-verify`) */
  insecureSkipTlsVerify?: boolean | undefined;
}

/** The configuration cannot be used; nothing was sent. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
  readonly code = 'KubeConfigInvalid';
}

interface Contradiction {
  readonly when: (options: LoadOptions) => boolean;
  readonly message: string;
}

/** What kubectl refuses too.
 * @source client-go tools/clientcmd/validation.go, transport/transport.go */
const CONTRADICTIONS: readonly Contradiction[] = [
  {
    when: ({ token, username, password }) => Boolean(token && (username || password)),
    message: 'a token and a user name with a password are two methods of authentication; only one is allowed',
  },
  {
    when: ({ as, asUid, asGroups, asUserExtra }) =>
      !as && Boolean(asUid || asGroups?.length || Object.keys(asUserExtra ?? {}).length > 0),
    message: 'a UID, groups or extras cannot be impersonated without a user (--as)',
  },
  {
    when: ({ caFile, insecureSkipTlsVerify }) => Boolean(caFile && insecureSkipTlsVerify),
    message: 'a certificate authority and not verifying the certificate exclude each other',
  },
  {
    when: ({ clientCertificate, clientKey }) => Boolean(clientCertificate) !== Boolean(clientKey),
    message: 'a client certificate needs its key, and a key its certificate',
  },
];

/** @throws KubeConfigError for options that contradict each other */
export function checkOverrides(options: LoadOptions): void {
  const found = CONTRADICTIONS.find(({ when }) => when(options));
  if (found !== undefined) throw new KubeConfigError(found.message);
}

/** Applies the choices of the command line as a context of its own, as kubectl does.
 * @throws KubeConfigError when it has no context, cluster or user of that name */
export function selectContext(config: KubeConfig, options: LoadOptions): void {
  requireNamed('context', options.context, config.getContexts());
  requireNamed('cluster', options.cluster, config.getClusters());
  requireNamed('user', options.user, config.getUsers());
  const name = options.context ?? config.getCurrentContext();
  const context = config.getContextObject(name);
  const cluster = clusterOf(config.getCluster(options.cluster ?? context?.cluster ?? ''), options);
  const user = userOf(config.getUser(options.user ?? context?.user ?? ''), options);
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ name: name || 'default', cluster: 'cluster', user: 'user', namespace: context?.namespace }],
    currentContext: name || 'default',
  });
}

function requireNamed(kind: string, name: string | undefined, known: readonly { readonly name: string }[]): void {
  if (name === undefined || known.some((each) => each.name === name)) return;
  const names = known.map((each) => each.name).join(', ') || 'none';
  throw new KubeConfigError(`no ${kind} "${name}" in the kubeconfig; it has: ${names}`);
}

function clusterOf(cluster: Cluster | null, options: LoadOptions): Cluster {
  const { server, caFile, insecureSkipTlsVerify, tlsServerName } = options;
  const { caData: _, ...withoutCa } = cluster ?? {};
  const base = caFile ? { ...withoutCa, caFile } : { ...cluster };
  const url = server ?? cluster?.server ?? '';
  // client-node refuses http:// without skipTLSVerify; kubectl does not, and there is no TLS to verify.
  const skipTLSVerify =
    url.startsWith('http:') || (insecureSkipTlsVerify ?? (caFile ? false : (cluster?.skipTLSVerify ?? false)));
  // That of the kubeconfig is meant for this cluster, that of the environment for whatever there is.
  const proxyUrl = cluster?.proxyUrl || environmentProxy(url, process.env);
  return {
    ...base,
    name: 'cluster',
    server: url,
    skipTLSVerify,
    ...(tlsServerName && { tlsServerName }),
    ...(proxyUrl && { proxyUrl }),
  };
}

function userOf(user: User | null, options: LoadOptions): User {
  const { token, tokenFile, username, password, clientCertificate, clientKey, as } = options;
  const name = 'user';
  const impersonation = as ? { impersonateUser: as } : {};
  const certificate = clientCertificate
    ? { certFile: clientCertificate, ...(clientKey && { keyFile: clientKey }) }
    : {};
  if (token) return { name, token, ...certificate, ...impersonation };
  if (tokenFile) return { name, ...tokenFileUser(tokenFile), ...impersonation };
  if (username || password) {
    return { name, username: username ?? '', password: password ?? '', ...certificate, ...impersonation };
  }
  if (clientCertificate) return { name, ...certificate, ...impersonation };
  return { ...user, name, ...impersonation };
}
