import { setTimeout } from 'node:timers/promises';
import { podUsage, type RealCluster } from '@nicdiag/tools';

const SAMPLE_MS = 1000;
const MIB = 2 ** 20;

/** The most that one of nicdiag's Pods had. */
export interface PodMemory {
  readonly pod: string;
  readonly limitMib: number;
  /** Working set, as kubelet counts it against the limit. */
  readonly peakMib: number;
  readonly oomKills: number;
}

export interface MemoryWatch extends AsyncDisposable {
  /** Of every Pod that there was. */
  readonly pods: readonly PodMemory[];
}

interface PodObject {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly resources: { readonly limits?: { readonly memory?: string } } }[];
  };
  readonly status: {
    readonly containerStatuses?: readonly { readonly state?: ContainerState; readonly lastState?: ContainerState }[];
  };
}

interface ContainerState {
  readonly terminated?: { readonly reason?: string; readonly containerID?: string };
}

/** Samples the memory of all of nicdiag's Pods, every second, from their cgroups. */
export function watchMemory(cluster: RealCluster): MemoryWatch {
  const seen = new Map<string, PodMemory>();
  /** Containers that were killed, by their Pod's UID. */
  const killed = new Map<string, Set<string>>();
  const stop = new AbortController();
  const watching = watch();

  async function watch(): Promise<void> {
    while (!stop.signal.aborted) {
      // The API server belongs to the cluster; while it does not answer, nobody has a new Pod.
      await sample().catch(() => undefined);
      await setTimeout(SAMPLE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  async function sample(): Promise<void> {
    const path = '/api/v1/pods?labelSelector=app.kubernetes.io/part-of=nicdiag';
    const { items } = (await cluster.admin.request('GET', path)) as { readonly items: readonly PodObject[] };
    for (const pod of items) note(pod);
  }

  function note({ metadata, spec, status }: PodObject): void {
    const node = spec.nodeName === undefined ? undefined : cluster.nodes.get(spec.nodeName);
    const usage = node && podUsage(node.cgroup, metadata.uid);
    const dead = noteKilled(metadata.uid, status);
    const before = seen.get(metadata.uid);
    if (usage === undefined && before === undefined && dead === 0) return;
    seen.set(metadata.uid, {
      pod: metadata.name,
      limitMib: Number(/^(\d+)Mi$/.exec(spec.containers[0]?.resources.limits?.memory ?? '')?.[1] ?? Number.NaN),
      peakMib: Math.max(before?.peakMib ?? 0, Math.ceil((usage?.workingSetBytes ?? 0) / MIB)),
      oomKills: Math.max(before?.oomKills ?? 0, usage?.oomKills ?? 0, dead),
    });
  }

  /** A container's cgroup goes with it, and the kernel's count of version 1 with that: kubelet remembers.
   * @returns how many there were so far */
  function noteKilled(uid: string, { containerStatuses = [] }: PodObject['status']): number {
    const containers = killed.get(uid) ?? new Set();
    for (const { terminated } of containerStatuses.flatMap(({ state, lastState }) => [state ?? {}, lastState ?? {}]))
      if (terminated?.reason === 'OOMKilled') containers.add(terminated.containerID ?? '');
    killed.set(uid, containers);
    return containers.size;
  }

  return {
    get pods() {
      return [...seen.values()].sort((a, b) => a.pod.localeCompare(b.pod));
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
    },
  };
}

/** Of those that there were at least so far: a Pod a line. */
export function memoryTable(pods: readonly PodMemory[]): string {
  return pods
    .map(
      ({ pod, peakMib, limitMib, oomKills }) =>
        `${pod}: ${peakMib} of ${limitMib} MiB${oomKills > 0 ? `, ${oomKills} killed` : ''}`,
    )
    .join('\n');
}
