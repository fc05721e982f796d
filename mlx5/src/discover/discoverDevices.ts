import { findChannelNodes } from './channelNodes.ts';
import { describeFunctions } from './describeFunctions.ts';
import type { ChannelKind, NicFunction } from './device.ts';
import { createHostRoot } from './hostRoot.ts';

/** Where a function has both interfaces, it is found once, through the one named first: fwctl is the mainline interface,
 * and its kernel filter stands behind our own guard. (mlx5ctl alone lends memory to firmware; no collector here needs
 * that.) */
const PREFERRED: readonly ChannelKind[] = ['fwctl', 'mlx5ctl'];

/** Finds all mlx5 functions with a debug channel, by PCI address.
 *
 * Nothing is opened: sysfs says which nodes belong to a PCI function of the mlx5 family, others (CXL and more live in
 * `/dev/fwctl` too) are left alone. That the node speaks mlx5 is asked again when it is opened.
 * @param hostRoot directory in which the host's `/dev` and `/sys` lie; `/` on the host itself */
export function discoverDevices({ hostRoot }: { readonly hostRoot: string }): NicFunction[] {
  const host = createHostRoot(hostRoot);
  const nodes = findChannelNodes(host).toSorted((a, b) => PREFERRED.indexOf(a.kind) - PREFERRED.indexOf(b.kind));
  const functions = describeFunctions(
    host,
    nodes.map(({ pciAddress }) => pciAddress),
  );
  const found = new Map<string, NicFunction>();
  for (const { kind, node, pciAddress } of nodes) {
    const fn = functions.get(pciAddress);
    if (fn !== undefined && !found.has(pciAddress)) found.set(pciAddress, { kind, node, ...fn });
  }
  return [...found.values()].sort((a, b) => (a.pciAddress < b.pciAddress ? -1 : 1));
}
