import type { Cluster } from '../cluster/cluster.ts';

const NAMESPACES = ['nicdiag-system', 'nicdiag-agent'] as const;
const SERVICE = 'nicdiag-artifacts.nicdiag-system.svc';

/** Makes what the chart expects of whoever installs it: the artifact server's certificate in a Secret and its CA in a
 * ConfigMap for the clients. Also good for the addresses at which the server is called here.
 * @see charts/nicdiag/values.yaml, artifacts.tls */
export async function installArtifactsTls(cluster: Cluster): Promise<void> {
  const { admin, authority, address } = cluster;
  const names = [SERVICE, `${SERVICE}.cluster.local`, 'localhost', '127.0.0.1', address];
  const { certificate, key } = await authority.server(names);
  const create = (namespace: string, plural: string, body: unknown): Promise<unknown> =>
    admin.request('POST', `/api/v1/namespaces/${namespace}/${plural}`, { body });
  await create('nicdiag-system', 'secrets', {
    metadata: { name: 'nicdiag-artifacts-tls' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  });
  for (const namespace of NAMESPACES)
    await create(namespace, 'configmaps', {
      metadata: { name: 'nicdiag-artifacts-ca' },
      data: { 'ca.crt': authority.certificate },
    });
}
