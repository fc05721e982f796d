import type { ChannelProfile, FunctionProfile } from '../profile.ts';

/** Paths below the mount, as Linux lays sysfs out. */

/** `sys/devices/pci0000:00/0000:00:01.0/0000:03:00.0`; the root complex has the bridge's domain and bus. */
export function devicePath({ bridge, pciAddress }: Pick<FunctionProfile, 'bridge' | 'pciAddress'>): string {
  return `sys/devices/pci${bridge.slice(0, 7)}/${bridge}/${pciAddress}`;
}

/** `mlx5_core.ctl.0`, the auxiliary device that a driver binds to. */
export function auxiliaryName({ kind, number }: ChannelProfile): string {
  return `mlx5_core.${kind === 'fwctl' ? 'fwctl' : 'ctl'}.${number}`;
}

/** The node of a channel: `dev/mlx5ctl-mlx5_core.ctl.0`, `dev/fwctl/fwctl0`. */
export function channelPath(channel: ChannelProfile): string {
  return channel.kind === 'fwctl' ? `dev/fwctl/fwctl${channel.number}` : `dev/mlx5ctl-${auxiliaryName(channel)}`;
}

/** Target of a relative link.
 * @param from the link's own path
 * @param to path of what it points to */
export function relativeLink(from: string, to: string): string {
  const source = from.split('/').slice(0, -1);
  const target = to.split('/');
  let common = 0;
  while (common < source.length && source[common] === target[common]) common++;
  return [...source.slice(common).map(() => '..'), ...target.slice(common)].join('/');
}
