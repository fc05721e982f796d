import type { Cluster } from '../../cluster/cluster.ts';
import type { Nursery } from '../../nursery/nursery.ts';
import { type Placement, type PlacementNode, placePods } from './placement.ts';
import type { PodTemplate } from './podTemplate.ts';
import { type PodProgram, type RunOptions, runPod } from './runPod.ts';
import { reportWorkload } from './workloadStatus.ts';

export interface WorkloadOptions extends Pick<RunOptions, 'env' | 'restart' | 'programs' | 'signal'> {
  readonly nodes: readonly PlacementNode[];
  /** Address of a Pod. */
  readonly ip: () => string;
  /** Directory of the volumes of a Pod. */
  readonly root: (pod: Placement) => string;
}

/** Runs all Pods of a workload and keeps its status.
 * @returns the programs by the name of their Pod */
export async function runWorkload(
  cluster: Cluster,
  nursery: Nursery,
  template: PodTemplate,
  { nodes, ip, root, ...options }: WorkloadOptions,
): Promise<ReadonlyMap<string, PodProgram>> {
  const placements = placePods(template, nodes);
  const programs = new Map<string, PodProgram>();
  const report = async (): Promise<void> => {
    const ready = [...programs.values()].filter(({ pod }) => pod.ready).length;
    await reportWorkload(cluster.admin, template, { wanted: placements.length, ready });
  };
  // One after another: an earlier count must not be written after a later one.
  let reported = Promise.resolve();
  const onChange = (): Promise<void> => {
    reported = reported.catch(() => {}).then(report);
    return reported;
  };
  await Promise.all(
    placements.map(async (placement) => {
      const run = { ...options, ip: ip(), root: root(placement), onChange };
      programs.set(placement.name, await runPod(cluster, nursery, template, placement, run));
    }),
  );
  await onChange();
  return programs;
}
