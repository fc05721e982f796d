import type { FirmwareFunction } from '../../firmware/firmwareFunction.ts';
import type { SubfunctionProfile } from '../profile.ts';
import { devicePath } from './paths.ts';
import { plantAuxiliary } from './plantChannel.ts';
import type { Planter } from './planter.ts';
import { plantNetdev } from './plantNetdev.ts';
import { plantRdmaDevice } from './plantRdmaDevice.ts';

/** A subfunction is an auxiliary device below its PF, with a driver and devices of its own, but no channel. */
export function plantSubfunction(
  planter: Planter,
  firmware: FirmwareFunction,
  { index, sfnum, netdev, rdmaDevice }: SubfunctionProfile,
): void {
  const name = `mlx5_core.sf.${index}`;
  const path = `${devicePath(firmware.profile)}/${name}`;
  plantAuxiliary(planter, devicePath(firmware.profile), name, 'mlx5_core.sf');
  planter.text(`${path}/sfnum`, sfnum);
  if (netdev !== undefined) plantNetdev(planter, firmware, { name: netdev, port: 1 }, path);
  if (rdmaDevice !== undefined) plantRdmaDevice(planter, firmware, rdmaDevice, path);
}
