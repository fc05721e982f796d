import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** What the kernel accounts a process, bytes. */
export interface ProcessMemory {
  /** What it has to itself. */
  readonly rssAnon: number;
  /** That and its pages of files, which others may share. */
  readonly vmRss: number;
}

const SAMPLE_MS = 5;

/** @throws Error when there is no such process */
export function memoryOf(pid: number): ProcessMemory {
  return { rssAnon: statusField(pid, 'RssAnon'), vmRss: statusField(pid, 'VmRSS') };
}

/** Looks at a process from now on.
 * @returns what ends the looking, and gives the highest of each that was seen */
export function watchMemory(pid: number): () => Promise<ProcessMemory> {
  // The kernel's own highest VmRSS from here on; it has none for RssAnon.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const ended = new AbortController();
  const watching = (async () => {
    let rssAnon = 0;
    while (!ended.signal.aborted) {
      rssAnon = Math.max(rssAnon, memoryOf(pid).rssAnon);
      await setTimeout(SAMPLE_MS);
    }
    return rssAnon;
  })();
  // Whoever ends it hears of a process that is gone.
  watching.catch(() => undefined);
  return async () => {
    ended.abort();
    return { rssAnon: await watching, vmRss: statusField(pid, 'VmHWM') };
  };
}

function statusField(pid: number, name: string): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  if (kib === undefined) throw new Error(`the kernel says no ${name} of process ${pid}`);
  return Number(kib) * 1024;
}
