import type { CollectorSpec, Impact, NicFunction } from '@nicdiag/mlx5';
import { dump } from 'js-yaml';
import { UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { type Column, formatTable } from '../output/table.ts';
import { formatBytes } from '../output/units.ts';

/** What a collector would do to a device, as it says itself before it does anything. */
export interface Cost {
  readonly device: string;
  readonly collector: string;
  readonly type: string;
  readonly impact: Impact;
  /** Whether it needs memory that firmware writes into. */
  readonly memory: 'none' | 'optional' | 'required';
  /** Of fwctl; absent where the device has mlx5ctl, which knows none. */
  readonly scope?: number;
  readonly commands: number;
  readonly bytes: number;
}

/** Works out what these collectors would cost on these devices. Nothing is opened, no command is given. */
export async function costsOf(devices: readonly NicFunction[], specs: readonly CollectorSpec[]): Promise<Cost[]> {
  const { createCollector } = await import('@nicdiag/mlx5/collectors');
  return devices.flatMap((device) =>
    specs.map((spec) => {
      const { type, impact, needs, ...collector } = createCollector(spec);
      return {
        ...{ device: device.pciAddress, collector: spec.name, type, impact, memory: needs.memory },
        ...(device.kind === 'fwctl' ? { scope: needs.scope } : {}),
        ...collector.estimate(device),
      };
    }),
  );
}

const COLUMNS: readonly Column<Cost>[] = [
  { head: 'DEVICE', cell: ({ device }) => device },
  { head: 'COLLECTOR', cell: ({ collector }) => collector },
  { head: 'TYPE', cell: ({ type }) => type },
  { head: 'IMPACT', cell: ({ impact }) => impact },
  { head: 'MEMORY', cell: ({ memory }) => memory },
  { head: 'SCOPE', cell: ({ scope }) => (scope === undefined ? '' : String(scope)) },
  { head: 'COMMANDS', cell: ({ commands }) => `≤ ${commands}` },
  { head: 'BYTES', cell: ({ bytes }) => `≤ ${formatBytes(bytes)}` },
];

/** @throws UsageError */
export function printCosts(costs: readonly Cost[], output: string | undefined, io: Io): void {
  if (output === 'json') for (const cost of costs) io.out(`${JSON.stringify(cost)}\n`);
  else if (output === 'yaml') for (const cost of costs) io.out(`---\n${dump(cost)}`);
  else if (output === undefined || output === 'text') io.out(formatTable(costs, COLUMNS, { colour: io.colour }));
  else throw new UsageError(`with --dry-run -o must be one of text, json, yaml, not ${output}`);
}
