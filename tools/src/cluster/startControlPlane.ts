import type { Binaries } from '../binaries/provideBinaries.ts';
import type { Nursery } from '../nursery/nursery.ts';
import { createAdminClient } from './adminClient.ts';
import { createApiServer } from './apiServerProcess.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { type ClusterSecrets, writeClusterFiles } from './clusterFiles.ts';
import { apiServerCommand, controllerManagerCommand, etcdCommand } from './controlPlane.ts';
import { freePort } from './freePort.ts';

export interface ControlPlaneOptions {
  /** Address of this machine at which the API server is called.
   * @default 127.0.0.1 */
  readonly host?: string;
  /** Names and addresses for the API server's certificate beside the usual ones and the host.
   * @default none */
  readonly serverNames?: readonly string[];
  /** Further arguments of the API server; they win over its own.
   * @default none */
  readonly apiServerArgs?: readonly string[] | ((secrets: ClusterSecrets) => Promise<readonly string[]>);
  /** The same of the controller manager; lists are added to its own.
   * @default none */
  readonly controllerManagerArgs?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Starts etcd, API server and controller manager in a nursery, with new keys, on free ports.
 * @throws ClusterStartError with the end of the log of what did not start */
export async function startControlPlane(
  nursery: Nursery,
  binaries: Binaries,
  options: ControlPlaneOptions = {},
): Promise<Cluster> {
  const { host = '127.0.0.1', serverNames = [], apiServerArgs = [], controllerManagerArgs = [] } = options;
  const ports = { etcd: await freePort(), etcdPeer: await freePort(), apiServer: await freePort(host) };
  const server = `https://${host}:${ports.apiServer}`;
  const secrets = await writeClusterFiles(nursery.directory, server, [host, ...serverNames]);
  const admin = createAdminClient(server, secrets.authority.certificate, secrets.adminToken);
  const etcd = nursery.spawn('etcd', etcdCommand(binaries, secrets.files, ports));
  const apiServer = createApiServer(nursery, admin, [
    ...apiServerCommand(binaries, secrets.files, ports),
    ...(typeof apiServerArgs === 'function' ? await apiServerArgs(secrets) : apiServerArgs),
  ]);
  await apiServer.start([etcd], options);
  nursery.spawn('kube-controller-manager', [
    ...controllerManagerCommand(binaries, secrets.files),
    ...controllerManagerArgs,
  ]);
  return createCluster({ nursery, binaries, server, secrets, admin, apiServer });
}
