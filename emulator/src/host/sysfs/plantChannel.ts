import type { DeviceNode } from '../../fuse/tree.ts';
import type { FunctionProfile } from '../profile.ts';
import { devicePath } from './paths.ts';
import type { Planter } from './planter.ts';

/** Dynamic majors and minors: any will do, the files on FUSE are no character devices. */
const MISC_MAJOR = 10;
const MISC_FIRST_MINOR = 120;
const FWCTL_MAJOR = 508;

/** The node in /dev with its class device and auxiliary device (reference 1.2, 2.2). */
export function plantChannel(planter: Planter, fn: FunctionProfile, open: DeviceNode['open']): void {
  if (fn.channel === undefined) return;
  const { kind, number } = fn.channel;
  const parent = devicePath(fn);
  const auxiliary = `mlx5_core.${kind === 'fwctl' ? 'fwctl' : 'ctl'}.${number}`;
  plantAuxiliary(planter, parent, auxiliary, kind === 'fwctl' ? 'mlx5_fwctl.mlx5_fwctl' : 'mlx5ctl.ctl');

  if (kind === 'fwctl') {
    const path = `${parent}/fwctl/fwctl${number}`;
    planter.device(`dev/fwctl/fwctl${number}`, open);
    planter.text(`${path}/dev`, `${FWCTL_MAJOR}:${number}`);
    planter.text(`${path}/uevent`, `MAJOR=${FWCTL_MAJOR}\nMINOR=${number}\nDEVNAME=fwctl/fwctl${number}`);
    planter.link(`${path}/device`, parent);
    planter.link(`${path}/subsystem`, 'sys/class/fwctl');
    planter.link(`sys/class/fwctl/fwctl${number}`, path);
    return;
  }
  const name = `mlx5ctl-${auxiliary}`;
  const path = `sys/devices/virtual/misc/${name}`;
  const minor = MISC_FIRST_MINOR + number;
  planter.device(`dev/${name}`, open);
  planter.text(`${path}/dev`, `${MISC_MAJOR}:${minor}`);
  planter.text(`${path}/uevent`, `MAJOR=${MISC_MAJOR}\nMINOR=${minor}\nDEVNAME=${name}`);
  planter.link(`${path}/mdev`, parent);
  planter.link(`${path}/subsystem`, 'sys/class/misc');
  planter.link(`sys/class/misc/${name}`, path);
}

export function plantAuxiliary(planter: Planter, parent: string, name: string, driver: string): void {
  const path = `${parent}/${name}`;
  planter.text(`${path}/uevent`, `DRIVER=${driver}\nMODALIAS=auxiliary:${name.replace(/\.\d+$/, '')}`);
  planter.link(`${path}/subsystem`, 'sys/bus/auxiliary');
  planter.link(`sys/bus/auxiliary/devices/${name}`, path);
}
