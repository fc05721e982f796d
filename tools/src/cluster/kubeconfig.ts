/** How a client of a kubeconfig proves who it is. */
export type Credential =
  | { readonly token: string }
  /** Read anew from time to time, so its content may be replaced. */
  | { readonly tokenFile: string }
  /** PEM */
  | { readonly certificate: string; readonly key: string };

export interface KubeconfigOptions {
  readonly server: string;
  /** PEM */
  readonly ca: string;
  readonly user: string;
  readonly credential: Credential;
  /** @default default */
  readonly namespace?: string;
}

/** Renders a kubeconfig with one context. JSON, which every YAML reader reads. */
export function renderKubeconfig({ server, ca, user, credential, namespace = 'default' }: KubeconfigOptions): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'nicdiag', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: user, user: renderCredential(credential) }],
    contexts: [{ name: 'nicdiag', context: { cluster: 'nicdiag', user, namespace } }],
    'current-context': 'nicdiag',
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function renderCredential(credential: Credential): Record<string, unknown> {
  if ('token' in credential || 'tokenFile' in credential) return credential;
  return {
    'client-certificate-data': base64(credential.certificate),
    'client-key-data': base64(credential.key),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
