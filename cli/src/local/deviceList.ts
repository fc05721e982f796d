import type { NicFunction, UnreachableFunction } from '@nicdiag/mlx5';
import { dump } from 'js-yaml';
import { UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { type Column, formatTable } from '../output/table.ts';

type Listed = NicFunction | UnreachableFunction;

const COLUMNS: readonly Column<Listed>[] = [
  { head: 'PCI', cell: ({ pciAddress }) => pciAddress },
  { head: 'MODEL', cell: ({ model }) => model },
  { head: 'FUNCTION', cell: functionText },
  { head: 'CHANNEL', cell: (device) => ('kind' in device ? device.kind : '') },
  { head: 'NODE', cell: (device) => ('kind' in device ? device.node : device.unreachable) },
  { head: 'INTERFACES', cell: ({ netdevs }) => netdevs.join(',') },
  { head: 'RDMA', cell: ({ rdmaDevices }) => rdmaDevices.join(',') },
  { head: 'LINK', cell: ({ link }) => link },
  { head: 'NUMA', cell: ({ numaNode }) => (numaNode === undefined ? '' : String(numaNode)), wide: true },
  { head: 'ASIC', cell: ({ asic }) => asic, wide: true },
  { head: 'VFS', cell: ({ vfs }) => String(vfs.length), wide: true },
  { head: 'SFS', cell: ({ subfunctions }) => String(subfunctions.length), wide: true },
];

/** `PF`, `VF`; of a DPU with the side that this host is: `PF (host)`, and `PF (Arm)` for the card's own ECPF. */
export function functionText({ function: kind, side }: Pick<Listed, 'function' | 'side'>): string {
  return side === undefined ? kind : `${kind} (${side === 'Arm' ? 'Arm' : 'host'})`;
}

/** Prints the devices of this host: those with a debug channel, then those that cannot be asked, with the reasons on
 * standard error. */
export function printDevices(
  devices: readonly NicFunction[],
  unreachable: readonly UnreachableFunction[],
  output: string | undefined,
  io: Io,
): void {
  const all: readonly Listed[] = [...devices, ...unreachable];
  if (output === 'json') io.out(`${JSON.stringify(all, undefined, 2)}\n`);
  else if (output === 'yaml') io.out(dump(all));
  else if (output !== undefined && output !== 'text' && output !== 'wide') {
    throw new UsageError(`-o must be one of text, wide, json, yaml, not ${output}`);
  } else {
    const shown = COLUMNS.filter((column) => output === 'wide' || column.wide !== true);
    if (all.length > 0) io.out(formatTable(all, shown, { colour: io.colour }));
    for (const { pciAddress, model, message } of unreachable) io.err(`${pciAddress} (${model}): ${message}\n`);
    for (const line of unlistedVfs(devices)) io.err(`${line}\n`);
    if (all.length === 0) {
      io.err('no device with a debug channel found: is the mlx5ctl or mlx5_fwctl module loaded?\n');
    }
  }
}

/** VFs named before they are only counted; a PF may have hundreds. */
const MOST_NAMED = 4;

/** PFs with VFs that are not in the list: those that a virtual machine has, and those that firmware gives no channel. */
function unlistedVfs(devices: readonly NicFunction[]): readonly string[] {
  const listed = new Set(devices.map(({ pciAddress }) => pciAddress));
  return devices.flatMap(({ pciAddress, vfs }) => {
    const missing = vfs.filter((vf) => !listed.has(vf));
    if (missing.length === 0) return [];
    const named = missing.slice(0, MOST_NAMED).join(', ');
    const more = missing.length > MOST_NAMED ? ` and ${missing.length - MOST_NAMED} more` : '';
    const have = missing.length === 1 ? 'has no debug channel here and is' : 'have no debug channel here and are';
    return [`${pciAddress}: ${missing.length} of its ${vfs.length} VFs ${have} not listed: ${named}${more}`];
  });
}
