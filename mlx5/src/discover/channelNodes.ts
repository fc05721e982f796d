import type { ChannelKind } from './device.ts';
import type { HostRoot } from './hostRoot.ts';
import { pciAddressOf } from './pciDevice.ts';

/** A node of one of the two interfaces and the PCI function it belongs to. */
export interface ChannelNode {
  readonly kind: ChannelKind;
  /** As this process opens it. */
  readonly node: string;
  readonly pciAddress: string;
}

const MLX5CTL_PREFIX = 'mlx5ctl-';

/** All nodes whose PCI function sysfs names. That a file is a character device is not asked: what it answers counts. */
export function findChannelNodes(host: HostRoot): readonly ChannelNode[] {
  return [...findMlx5ctl(host), ...findFwctl(host)];
}

function findMlx5ctl(host: HostRoot): readonly ChannelNode[] {
  return host
    .list('/dev')
    .filter((name) => name.startsWith(MLX5CTL_PREFIX))
    .flatMap((name) => {
      const auxiliary = `/sys/bus/auxiliary/devices/${name.slice(MLX5CTL_PREFIX.length)}`;
      const pciAddress = pciAddressOf(host, auxiliary) ?? pciAddressOf(host, `/sys/class/misc/${name}/mdev`);
      return channelNode(host, 'mlx5ctl', `/dev/${name}`, pciAddress);
    });
}

function findFwctl(host: HostRoot): readonly ChannelNode[] {
  return host
    .list('/dev/fwctl')
    .filter((name) => /^fwctl\d+$/.test(name))
    .flatMap((name) => {
      const pciAddress = pciAddressOf(host, `/sys/class/fwctl/${name}/device`);
      return channelNode(host, 'fwctl', `/dev/fwctl/${name}`, pciAddress);
    });
}

function channelNode(
  host: HostRoot,
  kind: ChannelKind,
  path: string,
  pciAddress: string | undefined,
): readonly ChannelNode[] {
  const resolved = host.resolve(path);
  if (resolved === undefined || pciAddress === undefined) return [];
  return [{ kind, node: host.locate(resolved), pciAddress }];
}
