import { guardRules } from '../channel/guardRules.ts';
import { allRegisters, indexFields, type RegisterLayout, registerById, registerByName } from '../prm/index.ts';
import { NATURAL_AXES } from './allSet.ts';
import { CollectorStop } from './collector.ts';
import type { IndexValue, RegisterRow } from './registerRow.ts';
import { similarNames } from './similarNames.ts';
import type { RegisterRequest } from './spec.ts';

/** The row for a register that somebody asked for by name or id. Index fields that are not given take their natural
 * range, or 0.
 * @throws CollectorStop when there is no such register, it may not be read, or a field may not be set */
export function namedRow(request: RegisterRequest): RegisterRow {
  const register = findRegister(request);
  const rule = guardRules().registers.get(register.id);
  if (rule?.class !== 'read') {
    throw mistake(
      `register ${register.name} may not be read: ${rule?.reason ?? 'it is not in the table of safe reads'}`,
    );
  }
  const index: Record<string, IndexValue> = {};
  for (const { path } of indexFields(register)) {
    const axis = NATURAL_AXES[path];
    if (axis !== undefined && request.index?.[path] === undefined) index[path] = axis;
  }
  const given = Object.entries(request.index ?? {}).map(([field, text]) => [field, numberOf(register, field, text)]);
  const { lane, ...before } = { ...Object.fromEntries(given), ...index } as Record<string, IndexValue>;
  return { register: register.name, index: lane === undefined ? before : { ...before, lane } };
}

function findRegister({ name, id }: RegisterRequest): RegisterLayout {
  const register = name !== undefined ? registerByName(name) : registerById(Number(id));
  if (register === undefined) {
    const similar = name === undefined ? [] : similarNames(name, readableNames());
    const hint = similar.length === 0 ? '' : `; did you mean ${similar.join(' or ')}?`;
    throw mistake(`there is no register ${name ?? id} in the register database${hint}`);
  }
  return register;
}

function readableNames(): readonly string[] {
  const { registers } = guardRules();
  return allRegisters().flatMap(({ id, name }) => (registers.get(id)?.class === 'read' ? [name] : []));
}

function numberOf(register: RegisterLayout, field: string, text: string): number {
  const rule = guardRules().registers.get(register.id);
  const operand = indexFields(register).find(({ path }) => path === field);
  const width = operand?.width ?? rule?.operations.find((operation) => operation.field === field)?.width;
  if (width === undefined) {
    const fields = indexFields(register).map(({ path }) => path);
    const those = fields.length === 0 ? 'it has none' : `it has ${fields.join(', ')}`;
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
