import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startTime } from '../nursery/procfs.ts';
import { REPOSITORY } from '../stack/paths.ts';

/** Where the demo leaves its bundle, and the note of what it keeps running. */
export const DEMO_DIRECTORY = process.env['NICDIAG_DEMO_DIRECTORY'] ?? join(REPOSITORY, '.demo');
const NOTE = join(DEMO_DIRECTORY, 'kept.json');

/** A demo that was left running. Its pid alone could be somebody else's by now. */
export interface KeptDemo {
  readonly pid: number;
  readonly startTime: string;
  readonly kubeconfig: string;
  readonly bin: string;
}

export function noteKeptDemo(demo: Omit<KeptDemo, 'startTime'>): void {
  mkdirSync(DEMO_DIRECTORY, { recursive: true });
  writeFileSync(NOTE, JSON.stringify({ ...demo, startTime: startTime(demo.pid) ?? '' }));
}

/** @returns the demo that is still running, if one is */
export function findKeptDemo(): KeptDemo | undefined {
  const demo = readNote();
  return demo !== undefined && startTime(demo.pid) === demo.startTime ? demo : undefined;
}

/** Ends a kept demo and waits until it has cleaned up.
 * @returns whether it ended in time */
export async function endKeptDemo(demo: KeptDemo, withinMs = 30_000): Promise<boolean> {
  process.kill(demo.pid, 'SIGTERM');
  const deadline = Date.now() + withinMs;
  while (startTime(demo.pid) === demo.startTime) {
    if (Date.now() > deadline) return false;
    await setTimeout(50);
  }
  rmSync(NOTE, { force: true });
  return true;
}

function readNote(): KeptDemo | undefined {
  try {
    return parseKeptDemo(JSON.parse(readFileSync(NOTE, 'utf8')));
  } catch {
    // No demo was kept, or its note was cut short when the machine went down: the demo did too.
    return undefined;
  }
}

export function parseKeptDemo(value: unknown): KeptDemo | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, startTime: began, kubeconfig, bin } = value as Partial<Record<keyof KeptDemo, unknown>>;
  const valid =
    typeof pid === 'number' && [began, kubeconfig, bin].every((text) => typeof text === 'string' && text !== '');
  return valid ? { pid, startTime: String(began), kubeconfig: String(kubeconfig), bin: String(bin) } : undefined;
}
