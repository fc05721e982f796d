import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTime } from './procfs.ts';
import { sweep } from './sweep.ts';

/** Directories of nurseries: `<tmp>/nicdiag-<what>-<random>`, each with this file. */
const PREFIX = 'nicdiag-';
const OWNER_FILE = 'owner.json';

/** Who answers for a nursery. When that process is gone, anyone may sweep it. */
export interface Owner {
  readonly id: string;
  readonly pid: number;
  readonly startTime: string;
  /** Its PID namespace: a container that shares the temporary directory has other numbers. */
  readonly pidNamespace: string;
}

/** This process as the owner of a nursery. */
export function ownerOf(id: string): Owner {
  return { id, pid: process.pid, startTime: startTime(process.pid) ?? '', pidNamespace: pidNamespace() };
}

export function writeOwner(directory: string, owner: Owner): void {
  writeFileSync(join(directory, OWNER_FILE), JSON.stringify(owner));
}

export function readOwner(directory: string): Owner | undefined {
  try {
    return parseOwner(JSON.parse(readFileSync(join(directory, OWNER_FILE), 'utf8')));
  } catch {
    // Half made, half removed, or not ours: nothing that may be swept.
    return undefined;
  }
}

export function parseOwner(value: unknown): Owner | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, pid, startTime: began, pidNamespace: namespace } = value as Partial<Record<keyof Owner, unknown>>;
  if (typeof id !== 'string' || id === '' || typeof pid !== 'number') return undefined;
  if (typeof began !== 'string' || typeof namespace !== 'string') return undefined;
  return { id, pid, startTime: began, pidNamespace: namespace };
}

/** Whether the owner may be gone: a process with the same number that began at another time is somebody else, and of
 * another PID namespace nothing can be told, so such an owner counts as alive. */
export function isAlive(owner: Owner, proc = '/proc'): boolean {
  return owner.pidNamespace !== pidNamespace(proc) || startTime(owner.pid, proc) === owner.startTime;
}

function pidNamespace(proc = '/proc'): string {
  return readlinkSync(`${proc}/self/ns/pid`);
}

/** Sweeps the nurseries below the temporary directory whose owner and its reaper were both killed.
 * @returns the directories that were swept */
export async function sweepAbandoned(parent = tmpdir()): Promise<string[]> {
  const swept: string[] = [];
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(PREFIX))) {
    const directory = join(parent, name);
    const owner = readOwner(directory);
    if (owner === undefined || isAlive(owner)) continue;
    await sweep(owner.id, directory);
    rmSync(directory, { recursive: true, force: true });
    swept.push(directory);
  }
  return swept;
}

export function nurseryPrefix(what: string): string {
  return join(tmpdir(), `${PREFIX}${what}-`);
}
