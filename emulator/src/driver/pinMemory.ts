import { readFileSync } from 'node:fs';
import { hasCapability } from '../system/capabilities.ts';
import { errno } from '../system/errno.ts';
import { type Iommu, PAGE } from './iommu.ts';

/** uapi/linux/capability.h; not among the capabilities that INFO reports. */
const CAP_IPC_LOCK = 14;

export interface UserMemory {
  readonly address: number;
  readonly length: number;
}

/** Pins the pages of a caller's memory for a device to write to, as a driver does with long-term pages: they must be
 * mapped for writing from the first to the last, and count against RLIMIT_MEMLOCK unless the caller has CAP_IPC_LOCK
 * [inferred].
 * @param pid the caller's thread
 * @returns the bus address of the first page, or a negative errno: ENOMEM before EFAULT */
export function pinMemory(iommu: Iommu, pid: number, { address, length }: UserMemory): number {
  const first = Math.floor(address / PAGE) * PAGE;
  const pages = Math.floor((address + length - 1) / PAGE) - first / PAGE + 1;
  const process = processOf(pid);
  if (process === undefined) return -errno.EFAULT;
  const wanted = (iommu.pinnedPages(process) + pages) * PAGE;
  if (wanted > lockLimit(process) && !hasCapability(pid, CAP_IPC_LOCK)) return -errno.ENOMEM;
  if (!isWritable(process, first, first + pages * PAGE)) return -errno.EFAULT;
  return iommu.map(process, first, pages);
}

export function pagesOf({ address, length }: UserMemory): number {
  return Math.floor((address + length - 1) / PAGE) - Math.floor(address / PAGE) + 1;
}

function processOf(thread: number): number | undefined {
  const group = /^Tgid:\s*(\d+)$/m.exec(procFile(thread, 'status'))?.[1];
  return group === undefined ? undefined : Number(group);
}

function lockLimit(process: number): number {
  const soft = /^Max locked memory\s+(\S+)/m.exec(procFile(process, 'limits'))?.[1] ?? 'unlimited';
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** Whether a range is mapped for writing without a gap. */
function isWritable(process: number, start: number, end: number): boolean {
  let covered = start;
  for (const line of procFile(process, 'maps').split('\n')) {
    const [, from, to, writable] = /^([0-9a-f]+)-([0-9a-f]+) .(.)/.exec(line) ?? [];
    if (from === undefined || to === undefined || Number.parseInt(to, 16) <= covered) continue;
    if (Number.parseInt(from, 16) > covered || writable !== 'w') return false;
    covered = Number.parseInt(to, 16);
    if (covered >= end) return true;
  }
  return false;
}

/** Empty when the process is gone, or not ours to look at. */
function procFile(process: number, name: string): string {
  try {
    return readFileSync(`/proc/${process}/${name}`, 'latin1');
  } catch {
    return '';
  }
}
