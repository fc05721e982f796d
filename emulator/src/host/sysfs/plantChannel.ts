import type { DeviceNode, DeviceNumbers } from '../../fuse/tree.ts';
import type { FunctionProfile } from '../profile.ts';
import { auxiliaryName, channelPath, devicePath } from './paths.ts';
import type { Planter } from './planter.ts';

/** Dynamic majors and minors. Where nodes are no character devices, these are as good as others. */
const MISC_MAJOR = 10;
const MISC_FIRST_MINOR = 120;
const FWCTL_MAJOR = 508;

/** The node in /dev with its class device and auxiliary device (reference 1.2, 2.2). */
export function plantChannel(planter: Planter, fn: FunctionProfile, open: DeviceNode['open']): void {
  if (fn.channel === undefined) return;
  const { kind, number } = fn.channel;
  const parent = devicePath(fn);
  const auxiliary = auxiliaryName(fn.channel);
  plantAuxiliary(planter, parent, auxiliary, kind === 'fwctl' ? 'mlx5_fwctl.mlx5_fwctl' : 'mlx5ctl.ctl');
  const node = channelPath(fn.channel);
  const numbers = planter.device(node, open);

  if (kind === 'fwctl') {
    const path = `${parent}/fwctl/fwctl${number}`;
    plantNumbers(planter, path, node, numbers ?? { major: FWCTL_MAJOR, minor: number });
    planter.link(`${path}/device`, parent);
    planter.link(`${path}/subsystem`, 'sys/class/fwctl');
    planter.link(`sys/class/fwctl/fwctl${number}`, path);
    return;
  }
  const name = `mlx5ctl-${auxiliary}`;
  const path = `sys/devices/virtual/misc/${name}`;
  plantNumbers(planter, path, node, numbers ?? { major: MISC_MAJOR, minor: MISC_FIRST_MINOR + number });
  planter.link(`${path}/mdev`, parent);
  planter.link(`${path}/subsystem`, 'sys/class/misc');
  planter.link(`sys/class/misc/${name}`, path);
}

function plantNumbers(planter: Planter, path: string, node: string, { major, minor }: DeviceNumbers): void {
  planter.text(`${path}/dev`, `${major}:${minor}`);
  planter.text(`${path}/uevent`, `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=${node.replace(/^dev\//, '')}`);
}

export function plantAuxiliary(planter: Planter, parent: string, name: string, driver: string): void {
  const path = `${parent}/${name}`;
  planter.text(`${path}/uevent`, `DRIVER=${driver}\nMODALIAS=auxiliary:${name.replace(/\.\d+$/, '')}`);
  planter.link(`${path}/subsystem`, 'sys/bus/auxiliary');
  planter.link(`sys/bus/auxiliary/devices/${name}`, path);
}
