import type { Cluster } from '../cluster/cluster.ts';

/** The chart's value artifacts.tls.secretName in a development cluster. */
export const ARTIFACTS_TLS_SECRET = 'nicdiag-artifacts-tls';

const SERVICE = 'nicdiag-artifacts.nicdiag-system.svc';

/** Makes what the chart expects of whoever installs it: the artifact server's certificate, from the cluster's own CA.
 * It is also good for the addresses at which the server is called here. */
export async function installArtifactsTls(cluster: Cluster): Promise<void> {
  const { authority, address } = cluster;
  const names = [SERVICE, `${SERVICE}.cluster.local`, 'localhost', '127.0.0.1', address];
  const { certificate, key } = await authority.server(names);
  await createSecret(cluster, {
    metadata: { name: ARTIFACTS_TLS_SECRET },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  });
}

/** In the system namespace. */
export async function createSecret({ admin }: Cluster, body: Readonly<Record<string, unknown>>): Promise<void> {
  await admin.request('POST', '/api/v1/namespaces/nicdiag-system/secrets', { body });
}
