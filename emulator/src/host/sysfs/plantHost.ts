import type { Tree } from '../../fuse/tree.ts';

/** Directories that a host with the mlx5 driver has, whatever is plugged in: they stay when the last device goes. */
const permanent = [
  'dev/fwctl',
  'sys/bus/auxiliary/devices',
  'sys/bus/pci/devices',
  'sys/bus/pci/drivers/mlx5_core',
  'sys/class/fwctl',
  'sys/class/infiniband',
  'sys/class/misc',
  'sys/class/net',
  'sys/devices/virtual/misc',
];

export function plantHost(tree: Tree): void {
  for (const path of permanent) tree.directory(path).permanent = true;
}
