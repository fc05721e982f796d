import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CGROUP_ROOT } from '../nursery/cgroups.ts';

/** What a Pod has of its node. */
export interface PodUsage {
  /** Memory that is no copy of a file. */
  readonly anonBytes: number;
  /** What kubelet calls the working set, and counts against the limit: all but files that were not used for a while. */
  readonly workingSetBytes: number;
  /** Since it was started. */
  readonly cpuSeconds: number;
  /** Processes that the kernel has ended because a limit was reached. */
  readonly oomKills: number;
}

/** Reads a Pod's cgroups.
 * @param cgroup of the node, e.g. `/nicdiag-1a2b3c4d/gpu-a`
 * @returns undefined when there are none (any more)
 * @source https://docs.kernel.org/admin-guide/cgroup-v1/memory.html, https://docs.kernel.org/admin-guide/cgroup-v2.html */
export function podUsage(cgroup: string, podUid: string, root = CGROUP_ROOT): PodUsage | undefined {
  const unified = existsSync(join(root, 'cgroup.controllers'));
  const place = (controller: string): string | undefined =>
    findPod(join(root, unified ? '' : controller, cgroup, 'kubepods'), podUid);
  const [memory, cpu] = [place('memory'), place('cpuacct')];
  if (memory === undefined || cpu === undefined) return undefined;
  const stat = fields(join(memory, 'memory.stat'));
  const usage = number(join(memory, unified ? 'memory.current' : 'memory.usage_in_bytes'));
  return {
    anonBytes: stat.get(unified ? 'anon' : 'total_rss') ?? 0,
    workingSetBytes: usage - (stat.get(unified ? 'inactive_file' : 'total_inactive_file') ?? 0),
    cpuSeconds: unified
      ? (fields(join(cpu, 'cpu.stat')).get('usage_usec') ?? 0) / 1e6
      : number(join(cpu, 'cpuacct.usage')) / 1e9,
    oomKills: unified ? (fields(join(memory, 'memory.events')).get('oom_kill') ?? 0) : killsBelow(memory),
  };
}

/** Version 1 counts those of each cgroup by itself. */
function killsBelow(directory: string): number {
  const children = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const own = fields(join(directory, 'memory.oom_control')).get('oom_kill') ?? 0;
  return children.reduce((sum, { name }) => sum + killsBelow(join(directory, name)), own);
}

/** kubelet puts Pods that are not guaranteed their resources one folder deeper. */
function findPod(directory: string, uid: string): string | undefined {
  return ['', 'burstable', 'besteffort']
    .map((quality) => join(directory, quality, `pod${uid}`))
    .find((path) => existsSync(path));
}

function number(path: string): number {
  return Number(readFileSync(path, 'utf8'));
}

/** Lines of a name and a number. */
function fields(path: string): ReadonlyMap<string, number> {
  const lines = readFileSync(path, 'utf8').split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
}
