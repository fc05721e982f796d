import { layoutOf, registerByName } from '@nicdiag/mlx5/prm';
import type { CommandContext } from '../firmwareFunction.ts';
import { getBits } from '../layout/bits.ts';
import { type Leaf, leavesOf } from '../layout/leaves.ts';
import { structWriter, type Values } from '../layout/structWriter.ts';
import { type Refusal, refuse } from '../status.ts';
import { indexChecks } from './indexChecks.ts';
import type { IndexCheck, RegisterAccess, RegisterRow } from './registerRow.ts';

/** A register that can be read and written, with everything worked out that can be beforehand. */
export interface CompiledRegister {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  /** Shortest data that firmware takes, which is all of the register before it grew. */
  readonly minBytes: number;
  readonly writable: boolean;
  /** Both take the client's data from `input` and leave the answer in `output`. */
  read(context: CommandContext, input: Uint8Array, output: Uint8Array): Refusal | undefined;
  write(context: CommandContext, input: Uint8Array, output: Uint8Array): Refusal | undefined;
  /** Values of the index fields, for logs. */
  index(input: Uint8Array): Record<string, number>;
}

/** @throws Error for a row whose register or field names are not in the database */
export function compileRegister(row: RegisterRow): CompiledRegister {
  const { id, layout } = row.outsideDatabase ?? registerByName(row.name) ?? missing(row.name);
  const { bytes } = layoutOf(layout);
  const leaves = leavesOf(layout);
  const byPath = new Map(leaves.map((leaf) => [leaf.path, leaf]));
  const write = structWriter(layout);
  const indexLeaves = leaves.filter(({ access }) => access === 'INDEX');
  const indexMask = maskOf(bytes, indexLeaves);
  const writeMask = maskOf(
    bytes,
    leaves.filter(({ access, path }) => access === 'RW' && row.kept?.includes(path) !== false),
  );
  const acting = leaves.filter(
    ({ access, path }) => (access === 'OP' || access === 'WO') && row.harmless?.includes(path) !== true,
  );
  // What belongs to a port can be judged only when there is the port.
  const portFirst = indexLeaves.toSorted((a, b) => Number(isPort(b)) - Number(isPort(a)));
  const checks = portFirst.flatMap((leaf): { leaf: Leaf; check: IndexCheck }[] => {
    const check = row.checks?.[leaf.path] ?? indexChecks[leaf.path];
    return check === undefined ? [] : [{ leaf, check }];
  });
  const access = createAccess(byPath, row.name);

  function begin(context: CommandContext, input: Uint8Array, output: Uint8Array): Refusal | undefined {
    access.begin(context, input, output);
    for (const { leaf, check } of checks) {
      if (!check(getBits(input, leaf.bit, leaf.width), access)) return refuse('BAD_PARAM', `${row.name}.${leaf.path}`);
    }
    output.fill(0);
    for (let at = 0; at < bytes; at++) output[at] = (input[at] ?? 0) & (indexMask[at] ?? 0);
    return undefined;
  }

  /** Key of what was written under this index. Functions call each its own port 1: the card knows them apart. */
  function storeKey(input: Uint8Array): string {
    const values = indexLeaves.map((leaf) =>
      isPort(leaf) ? access.port.number : getBits(input, leaf.bit, leaf.width),
    );
    return `${id} ${values.join(' ')}`;
  }

  function answer(input: Uint8Array, output: Uint8Array): Refusal | undefined {
    const values = row.read(access);
    if (isRefusal(values)) return values;
    write(output, 0, values);
    const { stored } = access.card;
    if (stored.size > 0) stored.overlay(storeKey(input), output);
    return undefined;
  }

  function read(context: CommandContext, input: Uint8Array, output: Uint8Array): Refusal | undefined {
    const refusal = begin(context, input, output);
    if (refusal !== undefined) return refusal;
    for (const { path, bit, width } of acting) {
      if (width <= 32 && getBits(input, bit, width) !== 0) access.mutate(`${row.name} read with ${path}`);
    }
    return answer(input, output);
  }

  return {
    id,
    name: row.name,
    bytes,
    minBytes: row.shortForm ?? bytes,
    writable: row.writable ?? row.eitherWay ?? false,
    read,
    write(context, input, output) {
      if (row.eitherWay === true) return read(context, input, output);
      const refusal = begin(context, input, output) ?? row.wrote?.(access);
      if (refusal !== undefined) return refusal;
      access.card.stored.set(storeKey(input), input, writeMask);
      access.mutate(`${row.name} written`);
      // The answer to a write is what was written.
      for (let at = 0; at < bytes; at++) output[at] = (output[at] ?? 0) | ((input[at] ?? 0) & (writeMask[at] ?? 0));
      return undefined;
    },
    index: (input) => Object.fromEntries(indexLeaves.map(({ path, bit, width }) => [path, getBits(input, bit, width)])),
  };
}

interface ReusedAccess extends RegisterAccess {
  begin(context: CommandContext, input: Uint8Array, output: Uint8Array): void;
}

/** One access object per register, filled anew for each command. */
function createAccess(leaves: ReadonlyMap<string, Leaf>, name: string): ReusedAccess {
  let context: CommandContext;
  let input: Uint8Array;
  let output: Uint8Array;

  function field(path: string): number {
    const leaf = leaves.get(path);
    if (leaf === undefined) throw new Error(`${name} has no field "${path}"`);
    return getBits(input, leaf.bit, leaf.width);
  }

  return {
    begin(newContext, newInput, newOutput) {
      context = newContext;
      input = newInput;
      output = newOutput;
    },
    get card() {
      return context.card;
    },
    get context() {
      return context;
    },
    get input() {
      return input;
    },
    get output() {
      return output;
    },
    get port() {
      const path = ['local_port', 'port_number'].find((candidate) => leaves.has(candidate));
      const number = path === undefined ? 1 : field(path);
      const port = context.card.ports[number - 1];
      if (port === undefined) throw new Error(`${name}: port ${number} was not checked`);
      return port;
    },
    field,
    part: (layout, byte, values) => structWriter(layout)(output, byte, values),
    mutate(what) {
      context.mutation = context.mutation === undefined ? what : `${context.mutation}; ${what}`;
    },
  };
}

function isPort({ path }: Leaf): boolean {
  return path === 'local_port' || path === 'port_number';
}

function isRefusal(answer: Values | Refusal): answer is Refusal {
  return 'syndrome' in answer;
}

function maskOf(bytes: number, leaves: readonly Leaf[]): Uint8Array {
  const mask = new Uint8Array(bytes);
  for (const { bit, width, count } of leaves) {
    for (let at = bit; at < bit + width * count; at++) mask[at >>> 3] = (mask[at >>> 3] ?? 0) | (0x80 >>> (at & 7));
  }
  return mask;
}

function missing(name: string): never {
  throw new Error(`register ${name} is not in the database`);
}
