import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export const CGROUP_ROOT = '/sys/fs/cgroup';

/** In the directory of a nursery that has cgroups: their name. */
const NOTE = 'cgroups';
/** A cgroup can be removed when the kernel has let go of its last process. */
const RELEASE_MS = 10_000;
const POLL_MS = 20;

/** Makes a cgroup in every hierarchy, for as long as the nursery lives (sweep.ts).
 * @param directory of the nursery
 * @param name of the nursery's cgroup, one word, always the same for a nursery
 * @param child below it */
export function holdCgroup(directory: string, name: string, child: string, root = CGROUP_ROOT): void {
  writeFileSync(join(directory, NOTE), name);
  for (const hierarchy of hierarchies(root).filter((path) => !path.endsWith('/unified'))) {
    for (const path of [join(hierarchy, name), join(hierarchy, name, child)]) {
      mkdirSync(path, { recursive: true });
      furnish(path);
    }
  }
}

/** Removes them, with whatever kubelet and containers made below; nothing happens where there are none. */
export async function releaseCgroups(directory: string, root = CGROUP_ROOT): Promise<void> {
  const note = join(directory, NOTE);
  if (!existsSync(note)) return;
  const name = readFileSync(note, 'utf8');
  // A note that was cut short must not name a whole hierarchy.
  if (/^[\w.-]+$/.test(name)) {
    const deadline = Date.now() + RELEASE_MS;
    for (const hierarchy of hierarchies(root)) {
      while (!removed(join(hierarchy, name)) && Date.now() < deadline) await setTimeout(POLL_MS);
    }
  }
  rmSync(note);
}

/** Version 1 has a directory for each controller, version 2 one tree; where both are, the second is `unified`, without
 * controllers, and runc makes cgroups in it all the same. */
function hierarchies(root: string): string[] {
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name));
}

/** A new cgroup of version 1 has no CPUs to run on before it is told some; one of version 2 gives its children no
 * controller before it is told which. */
function furnish(path: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const own = join(path, file);
    if (existsSync(own) && readFileSync(own, 'utf8').trim() === '' && existsSync(join(path, 'cpuset.cpu_exclusive')))
      writeFileSync(own, readFileSync(join(path, '..', file)));
  }
  const controllers = join(path, '..', 'cgroup.controllers');
  if (!existsSync(controllers)) return;
  const wanted = readFileSync(controllers, 'utf8').trim().split(/\s+/);
  for (const parent of [join(path, '..'), path])
    writeFileSync(join(parent, 'cgroup.subtree_control'), wanted.map((name) => `+${name}`).join(' '));
}

/** Deepest first: rmdir takes only what has no children, and takes files of a cgroup with it. */
function removed(path: string): boolean {
  if (!existsSync(path)) return true;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removed(join(path, entry.name));
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    // EBUSY: a process of it has not gone quite yet.
    if (error instanceof Error && 'code' in error && (error.code === 'EBUSY' || error.code === 'ENOTEMPTY'))
      return false;
    throw error;
  }
}
