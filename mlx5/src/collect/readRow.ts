import { layoutOf } from '../prm/index.ts';
import { valuesOfAxis } from './axes.ts';
import type { Item } from './item.ts';
import type { RegisterIndex } from './itemReader.ts';
import { walkModuleEeprom } from './moduleEeprom.ts';
import { type Presence, portFeature, presenceOf } from './registerPresence.ts';
import type { IndexValue, RegisterRow, RowCondition } from './registerRow.ts';
import { type RegisterSession, registerOf } from './registerSession.ts';

/** Reads the register of a row for each combination of its index values, where the device has it and the row applies.
 * MCIA is read as the start of a walk through the memory of a module.
 * @param asked a register that somebody named is read even where the device says that it has none */
export function* readRow(session: RegisterSession, row: RegisterRow, asked: boolean): Generator<Item, void> {
  const register = registerOf(row.register);
  const presence: Presence = asked ? 'present' : yield* presenceOf(session, register);
  if (presence === 'absent' && row.always !== true) return;
  const condition: Presence = row.when === undefined ? 'present' : yield* conditionOf(session, row.when);
  if (condition === 'absent') return;
  const probe = row.probe === true || presence !== 'present' || condition === 'unknown';
  for (const index of yield* combinations(session, Object.entries(row.index ?? {}), {})) {
    if (row.register === 'MCIA' && !asked) yield* walkModuleEeprom(session, index['module'] ?? 0, probe);
    else yield* session.read(row.register, index, { probe });
  }
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
