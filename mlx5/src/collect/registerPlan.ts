import { fieldPosition, layoutOf, unknownRegister } from '../prm/index.ts';
import { valuesOfAxis } from './axes.ts';
import type { Item } from './item.ts';
import { type RegisterIndex, registerRead } from './itemReader.ts';
import { type ModuleReads, moduleReads } from './moduleEeprom.ts';
import type { Read } from './placing.ts';
import { type Presence, portFeature, presenceOf } from './registerPresence.ts';
import type { IndexValue, RegisterRow, RowCondition } from './registerRow.ts';
import { type RegisterSession, registerOf } from './registerSession.ts';

/** What is to be read. */
export type PlanStep =
  | { readonly type: 'read'; readonly read: Read }
  /** A walk through the memory of a module: what is in it decides what is read of it. */
  | { readonly type: 'module'; readonly reads: ModuleReads };

/** Works out what a row means on this device: nothing where the device has no such register or the row does not apply,
 * else its register for each combination of the index values. What the device has to be asked for that is read on the
 * way; the plan depends on nothing else.
 * @param asked a register that somebody named is read even where the device says that it has none, and MCIA is a register
 * like any other; else it is the start of a walk through the memory of a module */
export function* planRow(
  session: RegisterSession,
  row: RegisterRow,
  asked: boolean,
): Generator<Item, readonly PlanStep[]> {
  const { unknown } = row;
  const register = unknown === undefined ? registerOf(row.register) : unknownRegister(unknown.id, unknown.length);
  const presence: Presence = asked ? 'present' : yield* presenceOf(session, register);
  if (presence === 'absent' && row.always !== true) return [];
  const condition: Presence = row.when === undefined ? 'present' : yield* conditionOf(session, row.when);
  if (condition === 'absent') return [];
  const probe = row.probe === true || presence !== 'present' || condition === 'unknown';
  const indices: readonly RegisterIndex[] = yield* combinations(session, Object.entries(row.index ?? {}), {});
  // What a device says that it has may be more than the register's index can name.
  const nameable = indices.filter((index) => isNameable(register.layout, index));
  return nameable.map((index) => {
    if (row.register === 'MCIA' && !asked) return { type: 'module', reads: moduleReads(index['module'] ?? 0, probe) };
    return { type: 'read', read: registerRead(register, index, probe) };
  });
}

function isNameable(layout: string, index: RegisterIndex): boolean {
  return Object.entries(index).every(([field, value]) => value < 2 ** fieldPosition(layout, field).width);
}

/** All combinations of index values, the last field running fastest. */
function* combinations(
  session: RegisterSession,
  fields: readonly (readonly [string, IndexValue])[],
  chosen: RegisterIndex,
): Generator<Item, readonly RegisterIndex[]> {
  const [head, ...rest] = fields;
  if (head === undefined) return [chosen];
  const [field, value] = head;
  const all: RegisterIndex[] = [];
  for (const number of yield* valuesOf(session, value, chosen)) {
    all.push(...(yield* combinations(session, rest, { ...chosen, [field]: number })));
  }
  return all;
}

function* valuesOf(
  session: RegisterSession,
  value: IndexValue,
  chosen: RegisterIndex,
): Generator<Item, readonly number[]> {
  if (typeof value === 'number') return [value];
  return typeof value === 'string' ? yield* valuesOfAxis(session, value, chosen) : value;
}

const PORT_TYPES = { 0: 'InfiniBand', 1: 'Ethernet' } as const;

function* conditionOf(session: RegisterSession, when: RowCondition): Generator<Item, Presence> {
  let known: Presence = 'present';
  if (when.portType !== undefined) {
    const type: number | undefined = yield* session.general('port_type');
    const name = type === 0 || type === 1 ? PORT_TYPES[type] : undefined;
    if (name === undefined) known = 'unknown';
    else if (name !== when.portType) return 'absent';
  }
  if (when.portFeature !== undefined) {
    const bit = layoutOf('pcam_enhanced_features').byName.get(when.portFeature)?.bit;
    const feature: Presence = bit === undefined ? 'unknown' : yield* portFeature(session, bit);
    if (feature !== 'present') known = feature;
  }
  return known;
}
