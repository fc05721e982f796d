import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

/** What is still there of a cluster: nothing, when it has ended. */
export interface Remains {
  readonly directory: boolean;
  /** Command lines that name its directory. */
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly addresses: readonly string[];
  readonly cgroups: readonly string[];
}

export const NOTHING: Remains = { directory: false, processes: [], mounts: [], addresses: [], cgroups: [] };

/** @param cgroup name of its cgroups */
export function remainsOf(directory: string, machine: string, cgroup: string): Remains {
  return {
    directory: existsSync(directory),
    processes: commandLines().filter((line) => line.includes(directory)),
    mounts: readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(directory)),
    addresses: Object.values(networkInterfaces())
      .flatMap((list) => (list ?? []).map(({ address }) => address))
      .filter((address) => address === machine),
    cgroups: readdirSync('/sys/fs/cgroup')
      .map((hierarchy) => join('/sys/fs/cgroup', hierarchy, cgroup))
      .filter((path) => existsSync(path)),
  };
}

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        // It has ended between the two looks.
        return [];
      }
    });
}
