import type { ProcessMemory } from './processMemory.ts';

const MIB = 1024 * 1024;

/** What an agent may have that is asked for nothing, and in any capture, whatever its size: it is a guest on its node. */
export const AGENT_MEMORY = {
  idle: { rssAnon: 40 * MIB, vmRss: 88 * MIB },
  capture: { rssAnon: 96 * MIB, vmRss: 144 * MIB },
} as const satisfies Readonly<Record<string, ProcessMemory>>;

export function isWithin({ rssAnon, vmRss }: ProcessMemory, most: ProcessMemory): boolean {
  return rssAnon <= most.rssAnon && vmRss <= most.vmRss;
}

/** `RssAnon 25.7 MiB, VmRSS 80.4 MiB` */
export function formatMemory({ rssAnon, vmRss }: ProcessMemory): string {
  return `RssAnon ${inMib(rssAnon)} MiB, VmRSS ${inMib(vmRss)} MiB`;
}

export function inMib(bytes: number): number {
  return Math.round((bytes / MIB) * 10) / 10;
}
