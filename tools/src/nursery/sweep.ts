import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { releaseCgroups } from './cgroups.ts';
import { releaseLoopbackAlias } from './loopbackAlias.ts';
import { markedProcesses, mountsBelow } from './procfs.ts';

/** What SIGTERM leaves a program to unmount and to close in. */
const GRACE_MS = 4_000;
/** A process killed with a thread in a device driver goes when the driver lets it. */
const KILL_MS = 20_000;
const POLL_MS = 20;

export class SweepError extends Error {
  override readonly name = 'SweepError';
  readonly code = 'Sweep';
}

/** Ends every process of a nursery, whoever started it, takes away the address and the cgroups that it had, unmounts what is mounted below
 * its directory and removes that.
 * @throws SweepError when a process survives SIGKILL */
export async function sweep(id: string, directory: string, { graceMs = GRACE_MS } = {}): Promise<void> {
  signalAll(id, 'SIGTERM');
  if (!(await gone(id, graceMs))) {
    const deadline = Date.now() + KILL_MS;
    // Again and again: a process that was being made during the last look is found by the next one.
    do signalAll(id, 'SIGKILL');
    while (!(await gone(id, 100)) && Date.now() < deadline);
  }
  const left = markedProcesses(id);
  if (left.length > 0)
    throw new SweepError(`processes ${left.join(', ')} of ${directory} do not end; is a device driver holding them?`);
  releaseLoopbackAlias(directory);
  await releaseCgroups(directory);
  for (const mount of mountsBelow(directory)) unmount(mount);
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

function signalAll(id: string, signal: NodeJS.Signals): void {
  for (const pid of markedProcesses(id)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended between the look and the signal.
    }
  }
}

async function gone(id: string, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (markedProcesses(id).length > 0) {
    if (Date.now() >= deadline) return false;
    await setTimeout(POLL_MS);
  }
  return true;
}

/** Lazily: the server behind a FUSE mount may be dead. Its owner may be an ordinary user, for whom fusermount3 does it. */
function unmount(path: string): void {
  const tried = [
    ['umount', '-l', path],
    ['fusermount3', '-u', '-z', path],
  ].map(([command = '', ...args]) => spawnSync(command, args, { encoding: 'utf8' }));
  if (mountsBelow(path).includes(path))
    throw new SweepError(`${path} stays mounted: ${tried.map((result) => result.stderr?.trim()).join('; ')}`);
}
