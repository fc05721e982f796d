import type { NicFunction } from '@nicdiag/mlx5';
import { dump } from 'js-yaml';
import { UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { type Column, formatTable } from '../output/table.ts';

const COLUMNS: readonly Column<NicFunction>[] = [
  { head: 'PCI', cell: ({ pciAddress }) => pciAddress },
  { head: 'MODEL', cell: ({ model }) => model },
  { head: 'FUNCTION', cell: ({ function: kind }) => kind },
  { head: 'CHANNEL', cell: ({ kind }) => kind },
  { head: 'NODE', cell: ({ node }) => node },
  { head: 'INTERFACES', cell: ({ netdevs }) => netdevs.join(',') },
  { head: 'RDMA', cell: ({ rdmaDevices }) => rdmaDevices.join(',') },
  { head: 'LINK', cell: ({ link }) => link },
  { head: 'NUMA', cell: ({ numaNode }) => (numaNode === undefined ? '' : String(numaNode)), wide: true },
  { head: 'VFS', cell: ({ vfs }) => String(vfs.length), wide: true },
];

/** Prints the devices of this host that have a debug channel. */
export function printDevices(devices: readonly NicFunction[], output: string | undefined, io: Io): void {
  if (output === 'json') io.out(`${JSON.stringify(devices, undefined, 2)}\n`);
  else if (output === 'yaml') io.out(dump(devices));
  else if (output !== undefined && output !== 'wide') {
    throw new UsageError(`-o must be one of wide, json, yaml, not ${output}`);
  } else if (devices.length === 0) {
    io.err('no device with a debug channel found: is the mlx5ctl or mlx5_fwctl module loaded?\n');
  } else {
    const shown = COLUMNS.filter((column) => output === 'wide' || column.wide !== true);
    io.out(formatTable(devices, shown, { colour: io.colour }));
  }
}
