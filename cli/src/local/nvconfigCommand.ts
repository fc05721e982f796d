import type { Item, NvValues } from '@nicdiag/mlx5';
import { UsageError } from '../exitCodes.ts';
import type { LocalCommand } from './localCommand.ts';
import { checkedNumber } from './numbers.ts';

const VALUES: readonly NvValues[] = ['Current', 'NextBoot', 'Default'];

/** `nicdiag nvconfig`: what `mstconfig query` shows. */
export const nvconfigCommand: LocalCommand = {
  name: 'nvconfig',
  description: 'read the non-volatile configuration: in force, from the next boot on, as delivered',
  declare: (command) =>
    command
      .option('--values <values>', `some of ${VALUES.join(',')} (default: all)`)
      .option('--types <types>', 'types of configuration items, e.g. 0x03000080 (default: all that have a name)'),
  request(_args, { values, types }) {
    const nvConfig = {
      ...(typeof values === 'string' ? { values: values.split(',').map(parseValues) } : {}),
      ...(typeof types === 'string' ? { types: types.split(',').map((type) => checkedNumber('--types', type)) } : {}),
    };
    const sought = { what: `--types ${types}`, isFound: isValue };
    return { spec: { name: 'nvconfig', type: 'NvConfig', nvConfig }, ...(typeof types === 'string' ? { sought } : {}) };
  },
};

/** The value of a setting; the other items say which settings there are. */
function isValue({ name, outcome }: Item): boolean {
  return name === 'MNVDA' && outcome === 'ok';
}

function parseValues(text: string): NvValues {
  const value = VALUES.find((known) => known === text);
  if (value === undefined) throw new UsageError(`--values must be some of ${VALUES.join(', ')}, not ${text}`);
  return value;
}
