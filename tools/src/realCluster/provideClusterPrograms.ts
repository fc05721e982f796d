import { cacheRoot } from '../binaries/cache.ts';
import { type ContainerRuntime, provideContainerRuntime } from '../binaries/containerRuntime.ts';
import {
  type Binaries,
  type NodeBinaries,
  type ProvideOptions,
  provideBinaries,
  provideNodeBinaries,
} from '../binaries/provideBinaries.ts';

/** All programs of a cluster with real nodes. */
export interface ClusterPrograms {
  readonly controlPlane: Binaries;
  readonly nodes: NodeBinaries;
  readonly runtime: ContainerRuntime;
}

/** Provides them; minutes the first time on a machine.
 * @throws as provideBinaries and provideContainerRuntime do */
export async function provideClusterPrograms({ say, signal }: Required<ProvideOptions>): Promise<ClusterPrograms> {
  return {
    controlPlane: await provideBinaries({ say, signal }),
    nodes: await provideNodeBinaries({ say, signal }),
    runtime: await provideContainerRuntime(cacheRoot(), say, { signal }),
  };
}
