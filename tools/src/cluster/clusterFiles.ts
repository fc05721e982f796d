import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateAuthority, createAuthority } from './certificates.ts';
import type { ControlPlaneFiles } from './controlPlane.ts';
import { renderKubeconfig } from './kubeconfig.ts';

/** Everything a new cluster is told on its first start. */
export interface ClusterSecrets {
  readonly files: ControlPlaneFiles;
  readonly authority: CertificateAuthority;
  readonly adminToken: string;
}

/** Names by which clients may call every API server. */
const SERVER_NAMES = ['localhost', '127.0.0.1', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

/** Writes keys, certificates, tokens and the administrator's kubeconfig of a new cluster.
 * @param server URL of its API server to be
 * @param names and addresses of its certificate beside the usual ones */
export async function writeClusterFiles(
  directory: string,
  server: string,
  names: readonly string[] = [],
): Promise<ClusterSecrets> {
  const authority = await createAuthority('nicdiag development cluster');
  const { certificate, key } = await authority.server([...new Set([...SERVER_NAMES, ...names])]);
  const signing = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    // The API server reads EC keys in either form, kube-controller-manager too.
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  const adminToken = randomBytes(16).toString('hex');
  const scratch = join(directory, 'apiserver');
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string): string => {
    const path = join(directory, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const files: ControlPlaneFiles = {
    etcdData: join(directory, 'etcd'),
    scratch,
    ca: write('ca.crt', authority.certificate),
    serverCertificate: write('apiserver.crt', certificate),
    serverKey: write('apiserver.key', key),
    serviceAccountKey: write('service-account.key', signing.privateKey),
    serviceAccountPublicKey: write('service-account.pub', signing.publicKey),
    tokens: write('tokens.csv', `${adminToken},admin,admin,"system:masters"\n`),
    adminKubeconfig: write(
      'admin.kubeconfig',
      renderKubeconfig({ server, ca: authority.certificate, user: 'admin', credential: { token: adminToken } }),
    ),
  };
  return { files, authority, adminToken };
}
