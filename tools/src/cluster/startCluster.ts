import { provideBinaries } from '../binaries/provideBinaries.ts';
import { createNursery } from '../nursery/nursery.ts';
import { sweepAbandoned } from '../nursery/owner.ts';
import { createAdminClient } from './adminClient.ts';
import { createApiServer } from './apiServerProcess.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { writeClusterFiles } from './clusterFiles.ts';
import { apiServerCommand, controllerManagerCommand, etcdCommand } from './controlPlane.ts';
import { freePort } from './freePort.ts';

export interface ClusterOptions {
  /** Part of the name of its temporary directory.
   * @default cluster */
  readonly name?: string;
  /** Told what takes time, a line at a time.
   * @default writes to stderr */
  readonly say?: (line: string) => void;
  /** Further arguments of the API server; they win over its own.
   * @default none */
  readonly apiServerArgs?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Starts a Kubernetes control plane of its own: etcd, API server, controller manager, in a fresh directory on free
 * ports. It is gone when disposed, and when this process dies.
 *
 * ```ts
 * await using cluster = await startCluster();
 * await cluster.kubectl(['apply', '-f', '-'], { stdin: manifests });
 * ```
 * @throws ClusterStartError with the end of the log of what did not start */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const binaries = await provideBinaries(options);
  await sweepAbandoned();
  // Its data is thrown away: nothing is gained by letting etcd and the API server end in order.
  const nursery = createNursery(options.name ?? 'cluster', { graceMs: 0 });
  try {
    const ports = { etcd: await freePort(), etcdPeer: await freePort(), apiServer: await freePort() };
    const server = `https://127.0.0.1:${ports.apiServer}`;
    const secrets = await writeClusterFiles(nursery.directory, server);
    const admin = createAdminClient(server, secrets.authority.certificate, secrets.adminToken);
    const etcd = nursery.spawn('etcd', etcdCommand(binaries, secrets.files, ports));
    const apiServer = createApiServer(nursery, admin, [
      ...apiServerCommand(binaries, secrets.files, ports),
      ...(options.apiServerArgs ?? []),
    ]);
    await apiServer.start([etcd], options);
    nursery.spawn('kube-controller-manager', controllerManagerCommand(binaries, secrets.files));
    return createCluster({ nursery, binaries, server, secrets, admin, apiServer });
  } catch (error) {
    await nursery[Symbol.asyncDispose]();
    throw error;
  }
}
