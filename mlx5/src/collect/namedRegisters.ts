import { type CommandClass, type GuardRule, guardRules } from '../channel/guardRules.ts';
import {
  allRegisters,
  didYouMean,
  indexFields,
  type OperandField,
  type RegisterLayout,
  registerById,
  registerByName,
  registerOperands,
  registersOutsideDatabase,
  unknownRegister,
} from '../prm/index.ts';
import { NATURAL_AXES } from './allSet.ts';
import { CollectorStop } from './collector.ts';
import type { Axis, IndexValue, RegisterRow } from './registerRow.ts';
import type { Impact, RegisterRequest } from './spec.ts';

/** What a read of a register of each class takes. */
const IMPACTS: Partial<Readonly<Record<CommandClass, Impact>>> = {
  read: 'ReadOnly',
  debugWrite: 'DebugWrite',
  write: 'Intrusive',
};
const BY_SIZE: readonly Impact[] = ['ReadOnly', 'DebugWrite', 'Intrusive'];

/** The impact that reading these registers takes: the most of what each takes. What cannot be read takes none, `namedRow`
 * says why it cannot. */
export function impactOf(requests: readonly RegisterRequest[]): Impact {
  const needed = requests.map((request) => {
    const register = lookUp(request);
    if (register === undefined) return request.length === undefined ? 0 : BY_SIZE.indexOf('Intrusive');
    return Math.max(0, BY_SIZE.indexOf(IMPACTS[ruleOf(register)?.class ?? 'never'] ?? 'ReadOnly'));
  });
  return BY_SIZE[Math.max(0, ...needed)] ?? 'Intrusive';
}

/** The row for a register that somebody asked for by name or id. Index fields that are not given take their natural
 * range, or 0. One that nobody here knows is read by its number and a length, and only by those.
 * @throws CollectorStop when there is no such register, it may not be read, or a field may not be set */
export function namedRow(request: RegisterRequest): RegisterRow {
  const known = lookUp(request);
  if (known === undefined) return unknownRow(request);
  if (request.length !== undefined) {
    throw mistake(`register ${known.name} has ${known.bytes} bytes, which is known: leave length out`);
  }
  const rule = ruleOf(known);
  if (rule?.admitted !== true || IMPACTS[rule.class] === undefined) {
    throw mistake(`register ${known.name} may not be read: ${rule?.reason ?? 'it is not in the table of safe reads'}`);
  }
  const fields = fieldsToSet(known, rule);
  const index: Record<string, IndexValue> = {};
  for (const { path } of fields) {
    const axis = NATURAL_AXES[path];
    if (axis !== undefined && request.index?.[path] === undefined) index[path] = axis;
  }
  const counted = countedBy(known, request);
  if (counted !== undefined && request.index?.['prio_tc'] === undefined) index['prio_tc'] = counted;
  const operations = rule.operations.map(({ field, width }) => ({ path: field, width }));
  const given = givenIndex(known, [...fields, ...operations], request);
  const { lane, ...before } = { ...given, ...index } as Record<string, IndexValue>;
  return { register: known.name, index: lane === undefined ? before : { ...before, lane } };
}

/** What PPCNT's `prio_tc` counts, by its group; it is 0 for all others.
 * @source reference 12.6, PPCNT groups */
const PPCNT_GROUPS: Readonly<Record<number, Axis>> = { 16: 'priority', 17: 'trafficClass', 19: 'trafficClass' };

function countedBy({ name }: RegisterLayout, { index }: RegisterRequest): Axis | undefined {
  return name === 'PPCNT' ? PPCNT_GROUPS[Number(index?.['grp'] ?? 0)] : undefined;
}

/** Firmware takes up to this of a register: the tools send 3,100 bytes for those that they do not know. */
const LONGEST = 4096;

function unknownRow(request: RegisterRequest): RegisterRow {
  const { name, id, length } = request;
  if (id === undefined) {
    const hint = didYouMean(name ?? '', readableNames());
    throw mistake(`there is no register ${name} in the register database${hint === undefined ? '' : `; ${hint}`}`);
  }
  const number = Number(id);
  if (length === undefined) {
    throw mistake(
      `there is no register ${id} in the register database: to read it raw give its length, and impact Intrusive`,
    );
  }
  if (!Number.isInteger(length) || length < 4 || length > LONGEST || length % 4 !== 0) {
    throw mistake(`register ${id}: length ${length} is no multiple of 4 from 4 to ${LONGEST}`);
  }
  const register = unknownRegister(number, length);
  const index = givenIndex(register, [{ path: 'local_port', width: 8 }], request);
  return { register: register.name, index, unknown: { id: number, length } };
}

function lookUp({ name, id }: RegisterRequest): RegisterLayout | undefined {
  return name === undefined ? registerById(Number(id)) : registerByName(name);
}

function ruleOf({ id }: RegisterLayout): GuardRule | undefined {
  return guardRules().registers.get(id);
}

/** The database marks the fields that say what is read. Where it has not the register, they are what the guard lets a
 * read set. */
function fieldsToSet(register: RegisterLayout, { mask }: GuardRule): readonly OperandField[] {
  if (!registersOutsideDatabase().includes(register)) return indexFields(register);
  return registerOperands(register).filter(({ bit }) => ((mask[bit >>> 3] ?? 0) & (0x80 >>> (bit & 7))) !== 0);
}

function readableNames(): readonly string[] {
  const { registers } = guardRules();
  return [...allRegisters(), ...registersOutsideDatabase()].flatMap(({ id, name }) =>
    registers.get(id)?.class === 'read' ? [name] : [],
  );
}

type Settable = Pick<OperandField, 'path' | 'width'>;

function givenIndex(
  register: RegisterLayout,
  fields: readonly Settable[],
  { index = {} }: RegisterRequest,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(index).map(([field, value]) => [field, numberOf(register, fields, field, String(value))]),
  );
}

function numberOf(register: RegisterLayout, fields: readonly Settable[], field: string, text: string): number {
  const width = fields.find(({ path }) => path === field)?.width;
  if (width === undefined) {
    const those = fields.length === 0 ? 'it has none' : `it has ${fields.map(({ path }) => path).join(', ')}`;
    throw mistake(`register ${register.name} has no index field "${field}": ${those}`);
  }
  const value = Number(text);
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(text) || value >= 2 ** width) {
    throw mistake(`${register.name}.${field}: "${text}" is no number of ${width} bits`);
  }
  return value;
}

function mistake(message: string): CollectorStop {
  return new CollectorStop('InvalidSpec', message);
}
