import { basename } from 'node:path';
import type { NicFunction, UnreachableFunction } from '@nicdiag/mlx5';
import { CommandError, UsageError } from '../exitCodes.ts';

/** The device that `-d` names: a node (`/dev/fwctl/fwctl0` or `fwctl0`), a PCI address (with or without its domain), a
 * netdev or an RDMA device; one of a subfunction names its PF. Without a name the only one there is.
 * @param unreachable devices that are there but cannot be asked; looked for when none matches
 * @throws UsageError that lists what there is; CommandError that says why the one that is meant cannot be asked */
export function selectDevice(
  devices: readonly NicFunction[],
  name: string | undefined,
  unreachable: () => readonly UnreachableFunction[] = () => [],
): NicFunction {
  if (name === '')
    throw new UsageError('-d is followed by nothing: name a device, or leave -d out where there is only one');
  const [only] = devices;
  const missing = only === undefined || (name !== undefined && !devices.some((device) => isCalled(device, name)));
  const dumb = missing ? unreachable().find((device) => name === undefined || isCalled(device, name)) : undefined;
  if (dumb !== undefined) throw new CommandError(`${dumb.pciAddress} (${dumb.model}): ${dumb.message}`);
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
  const parent = first === undefined ? devices.find(({ vfs }) => vfs.some((vf) => isAddress(vf, name))) : undefined;
  if (parent !== undefined) throw new CommandError(channelless(name, parent));
  if (first === undefined) throw new UsageError(`no device is called ${name}; there are:\n${listing(devices)}`);
  if (matching.length === 1) return first;
  throw new UsageError(`${name} may be any of these; name its PCI address:\n${listing(matching)}`);
}

/** Whether a device has this name, in one of the ways that `-d` takes. */
export function isCalled(device: NicFunction | UnreachableFunction, name: string): boolean {
  const { pciAddress, subfunctions } = device;
  return (
    ('node' in device && isNode(device.node, name)) ||
    isAddress(pciAddress, name) ||
    [device, ...subfunctions].some(
      ({ netdevs, rdmaDevices }) => netdevs.includes(name) || rdmaDevices.includes(name),
    ) ||
    subfunctions.some((subfunction) => subfunction.name === name)
  );
}

/** With its domain or without. */
function isAddress(pciAddress: string, name: string): boolean {
  const address = name.toLowerCase();
  return pciAddress === address || pciAddress === `0000:${address}`;
}

function channelless(name: string, { pciAddress, vfs }: NicFunction): string {
  const vf = vfs.find((address) => isAddress(address, name)) ?? name;
  return (
    `${vf} is a VF of ${pciAddress} without a debug channel of its own on this host, as VFs are that a virtual machine ` +
    `has, and those to which firmware grants no user contexts: -d ${pciAddress} asks the card`
  );
}

function isNode(node: string, name: string): boolean {
  return node === name || node.endsWith(`/${name.replace(/^\//, '')}`) || basename(node) === name;
}

function listing(devices: readonly NicFunction[]): string {
  return devices
    .map(({ pciAddress, model, netdevs, rdmaDevices, node }) =>
      ['  ', pciAddress, model, ...netdevs, ...rdmaDevices, node].join(' '),
    )
    .join('\n');
}
