import type { Cluster } from '../../cluster/cluster.ts';
import { IMAGE_ENVIRONMENT } from '../../images/imageTable.ts';
import type { Nursery } from '../../nursery/nursery.ts';
import { PROGRAMS } from '../paths.ts';
import { createProgram, type Program, type RestartPolicy } from '../program.ts';
import type { Placement } from './placement.ts';
import { placeValue } from './podPath.ts';
import { podProcess } from './podProcess.ts';
import type { PodTemplate } from './podTemplate.ts';
import { type KubeletPod, superviseReadiness } from './readiness.ts';
import { readSecretVariables } from './secretVariables.ts';
import { layOutVolumes } from './volumes.ts';
import { workloadPath } from './workloadStatus.ts';

/** A program that runs as its Pod says, and that Pod. */
export interface PodProgram extends Program {
  readonly pod: KubeletPod;
  /** Where a path of the container is on this machine.
   * @throws Error for a path that no volume is mounted at */
  path(inContainer: string): string;
}

export interface RunOptions {
  /** The Pod's address. */
  readonly ip: string;
  /** Directory of its volumes. */
  readonly root: string;
  /** Added to the Pod's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly restart?: RestartPolicy | undefined;
  /** Entry points in place of the image's programs from source. */
  readonly programs?: Readonly<Record<string, string>> | undefined;
  /** The API server was told that it is Ready or no more. */
  readonly onChange: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Creates a Pod of a workload on a node, lays out its volumes and starts its program: what a controller, the scheduler
 * and a kubelet would do. The program is not ready yet. */
export async function runPod(
  cluster: Cluster,
  nursery: Nursery,
  template: PodTemplate,
  { name, nodeName }: Placement,
  options: RunOptions,
): Promise<PodProgram> {
  const { namespace, serviceAccount, labels, spec } = template;
  const { ip, root, env, restart, programs, onChange, signal } = options;
  const ownerReferences = [await ownerOf(cluster, template)];
  const object = await cluster.createPod({ namespace, name, nodeName, serviceAccount, labels, ownerReferences, spec });
  const identity = { name, namespace, uid: object.metadata.uid, nodeName, podIp: ip, hostIp: cluster.address };
  await layOutVolumes(cluster, template, identity, root, { signal });
  const container = podProcess(template, identity, {
    root,
    apiServer: cluster.server,
    programs: { ...PROGRAMS, ...programs },
    imageEnvironment: IMAGE_ENVIRONMENT,
    secrets: await readSecretVariables(cluster, template, { signal }),
  });
  const program = createProgram(nursery, {
    name,
    command: container.command,
    env: { ...container.env, ...env },
    environment: 'container',
    healthUrl: container.healthUrl,
    ...(restart && { restart }),
  });
  program.start();
  const pod = superviseReadiness(cluster, { namespace, name, ip }, object, program, { onChange, signal });
  const mountPaths = template.container.mounts.map(({ mountPath }) => mountPath);
  const path = (inContainer: string): string => {
    const here = placeValue(inContainer, root, mountPaths);
    if (here === inContainer) throw new Error(`Pod ${name} has no volume at ${inContainer}`);
    return here;
  };
  return Object.assign(program, { pod, path });
}

/** The workload owns its Pods, so that deleting it deletes them. */
async function ownerOf(cluster: Cluster, template: PodTemplate): Promise<Readonly<Record<string, unknown>>> {
  const { kind, workload: name } = template;
  const { uid } = (await cluster.admin.object('GET', workloadPath(template))).metadata;
  return { apiVersion: 'apps/v1', kind, name, uid, controller: true };
}
