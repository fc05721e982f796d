import { provideBinaries } from '../binaries/provideBinaries.ts';
import { createNursery } from '../nursery/nursery.ts';
import { sweepAbandoned } from '../nursery/owner.ts';
import type { Cluster } from './cluster.ts';
import { startControlPlane } from './startControlPlane.ts';

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
    return await startControlPlane(nursery, binaries, options);
  } catch (error) {
    await nursery[Symbol.asyncDispose]();
    throw error;
  }
}
