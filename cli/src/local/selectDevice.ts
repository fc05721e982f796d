import { basename } from 'node:path';
import type { NicFunction } from '@nicdiag/mlx5';
import { UsageError } from '../exitCodes.ts';

/** The device that `-d` names: a node (`/dev/fwctl/fwctl0` or `fwctl0`), a PCI address (with or without its domain), a
 * netdev or an RDMA device. Without a name the only one there is.
 * @throws UsageError that lists what there is */
export function selectDevice(devices: readonly NicFunction[], name: string | undefined): NicFunction {
  const [only] = devices;
  if (only === undefined) {
    throw new UsageError(
      'this host has no device with a debug channel: is the mlx5ctl or mlx5_fwctl module loaded, and is --host-root right?',
    );
  }
  if (name === undefined) {
    if (devices.length === 1) return only;
    throw new UsageError(`which device? Name one with -d:\n${listing(devices)}`);
  }
  const matching = devices.filter((device) => isCalled(device, name));
  const [first] = matching;
  if (first === undefined) throw new UsageError(`no device is called ${name}; there are:\n${listing(devices)}`);
  if (matching.length === 1) return first;
  throw new UsageError(`${name} may be any of these; name its PCI address:\n${listing(matching)}`);
}

function isCalled({ node, pciAddress, netdevs, rdmaDevices }: NicFunction, name: string): boolean {
  const address = name.toLowerCase();
  return (
    node === name ||
    node.endsWith(`/${name.replace(/^\//, '')}`) ||
    basename(node) === name ||
    pciAddress === address ||
    pciAddress === `0000:${address}` ||
    netdevs.includes(name) ||
    rdmaDevices.includes(name)
  );
}

function listing(devices: readonly NicFunction[]): string {
  return devices
    .map(({ pciAddress, model, netdevs, rdmaDevices, node }) =>
      ['  ', pciAddress, model, ...netdevs, ...rdmaDevices, node].join(' '),
    )
    .join('\n');
}
