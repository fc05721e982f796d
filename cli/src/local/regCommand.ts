import type { RegisterRequest } from '@nicdiag/mlx5';
import { UsageError } from '../exitCodes.ts';
import type { LocalCommand } from './localCommand.ts';
import { checkedNumber, isNumber, numberWithin } from './numbers.ts';

/** Of a register, in bytes. @source crds/diagnosticcaptures.yaml, registerDump.registers[].length */
const LENGTH = { least: 4, most: 4096, step: 4 };

/** `nicdiag reg NAME|ID...`: access registers. */
export const regCommand: LocalCommand = {
  name: 'reg',
  description: 'read access registers (ACCESS_REG)',
  declare: (command) =>
    command
      .argument('[register...]', 'by name or id, e.g. PPCNT 0x5008')
      .option('--set <set>', 'Standard, or All that the device has and that can be read without side effect')
      .option('--length <bytes>', 'of registers by an id that nobody here knows: read raw (--impact Intrusive)')
      .option('-p, --port <number>', 'value of local_port (default: every port of the function)')
      .option(
        '-i, --indexes <field=value,...>',
        'values of index fields, may be repeated; a field left out is iterated where it has a range',
        (pairs: string, before: string[]) => [...before, ...pairs.split(',')],
        [],
      ),
  request(registers, { set, length, port, indexes }) {
    const values = indexValues(indexes, port);
    if ((set === undefined) === (registers.length === 0)) throw new UsageError('name registers, or a --set of them');
    if (set !== undefined) {
      if (set !== 'Standard' && set !== 'All')
        throw new UsageError(`--set must be Standard or All, not ${String(set)}`);
      if (length !== undefined) throw new UsageError('--length is for registers by id, not for a --set of them');
      if (Object.keys(values).length > 0)
        throw new UsageError('a --set has its own indexes: -p and -i are for registers');
      return { spec: { name: 'reg', type: 'RegisterDump', registerDump: { set } } };
    }
    const bytes = length === undefined ? {} : { length: numberWithin('--length', length, LENGTH) };
    const named = registers.find((register) => !isNumber(register));
    if (length !== undefined && named !== undefined) {
      throw new UsageError(`--length is for registers by id: the length of ${named} is known`);
    }
    const requests: RegisterRequest[] = registers.map((register) => ({
      ...(isNumber(register) ? { id: idOf(register), ...bytes } : { name: register.toUpperCase() }),
      ...(Object.keys(values).length === 0 ? {} : { index: values }),
    }));
    const names = new Set(requests.map(({ name }) => name));
    const ids = new Set(requests.map(({ id }) => Number(id)));
    return {
      spec: { name: 'reg', type: 'RegisterDump', registerDump: { registers: requests } },
      shows: ({ name, frames }) => names.has(name) || ids.has(frames[0]?.registerId ?? 0),
    };
  },
};

/** @throws UsageError */
function idOf(text: string): string {
  if (Number(text) > 0xffff) throw new UsageError(`${text} is no register: their ids have 16 bits`);
  return `0x${Number(text).toString(16)}`;
}

function indexValues(pairs: unknown, port: unknown): Record<string, string> {
  const values: Record<string, string> =
    port === undefined ? {} : { local_port: checkedNumber('--port', String(port)) };
  for (const pair of Array.isArray(pairs) ? pairs.map(String) : []) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new UsageError(`--indexes takes field=value, e.g. page_select=1, not ${pair || 'nothing'}`);
    const field = pair.slice(0, at);
    if (field in values)
      throw new UsageError(`${field} is given twice: one value at a time, or none for all of a range`);
    values[field] = checkedNumber(`--indexes ${pair}`, pair.slice(at + 1));
  }
  return values;
}
