import { createHostRoot, rootOf } from '../../discover/hostRoot.ts';
import type { CollectContext, Collector } from '../collector.ts';
import type { Item } from '../item.ts';
import type { HostStateSpec } from '../spec.ts';
import { hostItem, readHostFile } from './hostFile.ts';
import { hostPaths } from './hostPaths.ts';
import { readKernelLog } from './kernelLog.ts';

export const KERNEL_LOG = '/dev/kmsg';

/** About what a host with one port and a few bridges has. */
const FILES = 250;
const BYTES_A_FILE = 100;

/** Reads what the host's kernel tells of a device: PCI tree, AER counters, interrupts, interfaces, RDMA counters, driver,
 * lockdown, its lines in the kernel's log. It gives no command, so it works on a device that cannot be opened, too. */
export function createHostState(_spec: HostStateSpec): Collector {
  function* collect({ device, runner, done }: CollectContext): Generator<Item, void> {
    const host = createHostRoot(rootOf(device.node));
    const names = [device.pciAddress, ...device.netdevs, ...device.rdmaDevices];
    if (!done.has(KERNEL_LOG)) {
      const log = hostItem(runner, KERNEL_LOG, () => readKernelLog(host.locate(KERNEL_LOG), names));
      if (log !== undefined) yield log;
    }
    // A container has the host's /sys beside its own /proc, which tells the same of kernel and interrupts.
    const proc = host.resolve('/proc') === undefined ? createHostRoot('/') : host;
    for (const path of hostPaths(device, host)) {
      if (done.has(path)) continue;
      const item = readHostFile(runner, path.startsWith('/proc/') ? proc : host, path);
      if (item !== undefined) yield item;
    }
  }

  return {
    type: 'HostState',
    impact: 'ReadOnly',
    needs: { channel: false, memory: 'none', scope: 0 },
    estimate: () => ({ commands: 0, bytes: FILES * BYTES_A_FILE }),
    collect,
  };
}
