import type { AdminClient } from '../../cluster/adminClient.ts';
import type { PodTemplate } from './podTemplate.ts';

/** How many of a workload's Pods there are to be, and are Ready. */
export interface PodCounts {
  readonly wanted: number;
  readonly ready: number;
}

/** The status that the workload's controller would write: what `kubectl get` shows of it.
 * @param generation of the workload that its Pods are made from */
export function workloadStatus(kind: PodTemplate['kind'], generation: number, { wanted, ready }: PodCounts): unknown {
  if (kind === 'DaemonSet')
    return {
      observedGeneration: generation,
      desiredNumberScheduled: wanted,
      currentNumberScheduled: wanted,
      updatedNumberScheduled: wanted,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      numberUnavailable: wanted - ready,
    };
  return {
    observedGeneration: generation,
    replicas: wanted,
    updatedReplicas: wanted,
    readyReplicas: ready,
    availableReplicas: ready,
    unavailableReplicas: wanted - ready,
  };
}

/** Path of a workload's object in the API. */
export function workloadPath({ kind, namespace, workload }: PodTemplate): string {
  return `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${workload}`;
}

/** Writes a workload's status. */
export async function reportWorkload(admin: AdminClient, template: PodTemplate, counts: PodCounts): Promise<void> {
  const path = workloadPath(template);
  const { generation } = (await admin.object('GET', path)).metadata;
  await admin.request('PATCH', `${path}/status`, {
    body: { status: workloadStatus(template.kind, Number(generation), counts) },
    contentType: 'application/merge-patch+json',
  });
}
