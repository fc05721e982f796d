import { findChannelNodes } from './channelNodes.ts';
import type { ChannelKind, NicFunction } from './device.ts';
import { createHostRoot, type HostRoot } from './hostRoot.ts';
import { MELLANOX_VENDOR_ID, modelOf } from './models.ts';
import { asicOf, pciAddressOf, readPciDevice } from './pciDevice.ts';

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
  const netdevs = namesByAddress(host, 'net');
  const rdmaDevices = namesByAddress(host, 'infiniband');
  const nodes = findChannelNodes(host).toSorted((a, b) => PREFERRED.indexOf(a.kind) - PREFERRED.indexOf(b.kind));
  const found = new Map<string, NicFunction>();
  for (const { kind, node, pciAddress } of nodes) {
    const pci = readPciDevice(host, pciAddress);
    if (found.has(pciAddress) || pci?.vendorId !== MELLANOX_VENDOR_ID) continue;
    const physfn = pci.physfn === undefined ? undefined : readPciDevice(host, pci.physfn);
    const names = netdevs.get(pciAddress) ?? [];
    found.set(pciAddress, {
      kind,
      node,
      pciAddress,
      asic: asicOf(pci),
      function: pci.physfn === undefined ? 'PF' : 'VF',
      ...(pci.physfn === undefined ? {} : { physfn: pci.physfn }),
      deviceId: pci.deviceId,
      model: modelOf(pci.deviceId, physfn?.deviceId),
      netdevs: names,
      rdmaDevices: rdmaDevices.get(pciAddress) ?? [],
      vfs: pci.vfs,
      ...(pci.numaNode === undefined ? {} : { numaNode: pci.numaNode }),
      link: linkOf(host, names),
    });
  }
  return [...found.values()].sort((a, b) => (a.pciAddress < b.pciAddress ? -1 : 1));
}

/** Names in `/sys/class/<kind>` by the PCI function that their `device` link leads to. */
function namesByAddress(host: HostRoot, kind: 'net' | 'infiniband'): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const name of host.list(`/sys/class/${kind}`)) {
    const address = pciAddressOf(host, `/sys/class/${kind}/${name}/device`);
    if (address === undefined) continue;
    const others = names.get(address);
    if (others === undefined) names.set(address, [name]);
    else others.push(name);
  }
  return names;
}

function linkOf(host: HostRoot, netdevs: readonly string[]): NicFunction['link'] {
  const states = netdevs.map((name) => host.read(`/sys/class/net/${name}/operstate`));
  if (states.includes('up')) return 'Up';
  return states.some((state) => state === 'down' || state === 'lowerlayerdown') ? 'Down' : 'Unknown';
}
