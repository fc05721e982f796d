import type { HostProfile } from '../host/profile.ts';
import { channelPath } from '../host/sysfs/paths.ts';
import { type CuseDevice, createCuseDevice } from './device.ts';

/** Makes the character devices of all channels of a host, or none.
 * @throws SystemError */
export function openCuseDevices({ cards }: HostProfile): CuseDevice[] {
  const channels = cards.flatMap(({ functions }) => functions).flatMap(({ channel }) => channel ?? []);
  const devices: CuseDevice[] = [];
  try {
    for (const channel of channels) devices.push(createCuseDevice(channelPath(channel)));
    return devices;
  } catch (error) {
    for (const device of devices) device[Symbol.dispose]();
    throw error;
  }
}
