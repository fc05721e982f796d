import type { FunctionProfile } from '../profile.ts';

/** Paths below the mount, as Linux lays sysfs out. */

/** `sys/devices/pci0000:00/0000:00:01.0/0000:03:00.0`; the root complex has the bridge's domain and bus. */
export function devicePath({ bridge, pciAddress }: Pick<FunctionProfile, 'bridge' | 'pciAddress'>): string {
  return `sys/devices/pci${bridge.slice(0, 7)}/${bridge}/${pciAddress}`;
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
