import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateAuthority } from '../cluster/certificates.ts';
import { renderKubeconfig } from '../cluster/kubeconfig.ts';
import type { NodeCredentials } from './node/nodeConfig.ts';

export interface CredentialOptions {
  readonly name: string;
  readonly address: string;
  readonly authority: CertificateAuthority;
  /** URL of the API server. */
  readonly server: string;
  /** PEM file of its CA. */
  readonly caFile: string;
}

/** Writes what a node proves with who it is, each program being its own user.
 * @param directory of the node
 * @source https://kubernetes.io/docs/reference/access-authn-authz/node/ */
export async function writeNodeCredentials(directory: string, options: CredentialOptions): Promise<NodeCredentials> {
  const { name, address, authority, server, caFile } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const write = (file: string, content: string): string => {
    const path = join(directory, file);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const kubeconfig = async (file: string, user: string, groups?: readonly string[]): Promise<string> => {
    const credential = await authority.client(user, groups);
    return write(`${file}.kubeconfig`, renderKubeconfig({ server, ca: authority.certificate, user, credential }));
  };
  const serving = await authority.server([name, address, '127.0.0.1']);
  return {
    ca: caFile,
    kubelet: await kubeconfig('kubelet', `system:node:${name}`, ['system:nodes']),
    kubeletCertificate: write('kubelet.crt', serving.certificate),
    kubeletKey: write('kubelet.key', serving.key),
    kubeProxy: await kubeconfig('kube-proxy', 'system:kube-proxy'),
    dns: await kubeconfig('dns', DNS_USER),
  };
}

/** CoreDNS reads Services and Pods as this user. */
export const DNS_USER = 'system:coredns';

/** Certificate with which the API server calls kubelets: for logs, exec and such. */
export async function writeKubeletClient(
  directory: string,
  authority: CertificateAuthority,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const client = await authority.client('kube-apiserver-kubelet-client', ['system:masters']);
  const [certificate, key] = [join(directory, 'kubelet-client.crt'), join(directory, 'kubelet-client.key')];
  writeFileSync(certificate, client.certificate, { mode: 0o600 });
  writeFileSync(key, client.key, { mode: 0o600 });
  return { certificate, key };
}
