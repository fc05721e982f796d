import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startTime } from '../nursery/procfs.ts';

/** What was left running in the background when its terminal had its prompt again. Its pid alone could be somebody else's
 * by now. */
export interface Kept {
  readonly pid: number;
  readonly startTime: string;
  readonly kubeconfig: string;
  /** Directory with kubectl and its plugin, for the PATH. */
  readonly bin: string;
}

/** Writes down what is kept.
 * @param directory one for each thing that can be kept once */
export function noteKept(directory: string, kept: Omit<Kept, 'startTime'>): void {
  const { pid, kubeconfig, bin } = kept;
  mkdirSync(directory, { recursive: true });
  writeFileSync(noteIn(directory), JSON.stringify({ pid, kubeconfig, bin, startTime: startTime(pid) ?? '' }));
}

/** @returns what is still running, if it is */
export function findKept(directory: string): Kept | undefined {
  const kept = readNote(directory);
  return kept !== undefined && startTime(kept.pid) === kept.startTime ? kept : undefined;
}

/** Ends it and waits until it has cleaned up.
 * @returns whether it ended in time */
export async function endKept(directory: string, kept: Kept, withinMs = 30_000): Promise<boolean> {
  process.kill(kept.pid, 'SIGTERM');
  const deadline = Date.now() + withinMs;
  while (startTime(kept.pid) === kept.startTime) {
    if (Date.now() > deadline) return false;
    await setTimeout(50);
  }
  rmSync(noteIn(directory), { force: true });
  return true;
}

function noteIn(directory: string): string {
  return join(directory, 'kept.json');
}

function readNote(directory: string): Kept | undefined {
  try {
    return parseKept(JSON.parse(readFileSync(noteIn(directory), 'utf8')));
  } catch {
    // Nothing was kept, or its note was cut short when the machine went down: what it names did too.
    return undefined;
  }
}

export function parseKept(value: unknown): Kept | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, startTime: began, kubeconfig, bin } = value as Partial<Record<keyof Kept, unknown>>;
  const valid =
    typeof pid === 'number' && [began, kubeconfig, bin].every((text) => typeof text === 'string' && text !== '');
  return valid ? { pid, startTime: String(began), kubeconfig: String(kubeconfig), bin: String(bin) } : undefined;
}
