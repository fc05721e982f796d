import type { HostRoot } from './hostRoot.ts';

/** A PCI function of the mlx5 family as sysfs shows it. */
export interface PciDevice {
  readonly address: string;
  readonly vendorId: number;
  readonly deviceId: number;
  /** Address of the PF, for a VF. */
  readonly physfn?: string;
  readonly vfs: readonly string[];
  readonly numaNode?: number;
}

export const PCI_DEVICES = '/sys/bus/pci/devices';
const ADDRESS = /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;

/** @returns undefined when the host has no such function */
export function readPciDevice(host: HostRoot, address: string): PciDevice | undefined {
  const directory = `${PCI_DEVICES}/${address}`;
  const vendorId = Number(host.read(`${directory}/vendor`));
  const deviceId = Number(host.read(`${directory}/device`));
  if (!(vendorId > 0) || !(deviceId > 0)) return undefined;
  const physfn = pciAddressOf(host, `${directory}/physfn`);
  const numaNode = Number(host.read(`${directory}/numa_node`) ?? -1);
  const vfs = host
    .list(directory)
    .filter((name) => /^virtfn\d+$/.test(name))
    .sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)))
    .flatMap((name) => pciAddressOf(host, `${directory}/${name}`) ?? []);
  return {
    address,
    vendorId,
    deviceId,
    ...(physfn === undefined ? {} : { physfn }),
    vfs,
    // The kernel writes -1 on a machine with one node.
    ...(numaNode >= 0 ? { numaNode } : {}),
  };
}

/** The PCI function that a path of sysfs leads to: the innermost directory on its way that is named as an address, so
 * that links to the function itself and to children of it (auxiliary devices) both work. */
export function pciAddressOf(host: HostRoot, path: string): string | undefined {
  return host
    .resolve(path)
    ?.split('/')
    .findLast((name) => ADDRESS.test(name));
}

/** Domain, bus and device, which all functions of one card share. */
export function asicOf(device: PciDevice): string {
  return (device.physfn ?? device.address).replace(/\.\d$/, '');
}
