import { guardRules } from '../../channel/guardRules.ts';
import {
  allObjectTypes,
  type BitField,
  didYouMean,
  idFields,
  largestId,
  type ObjectType,
  objectInputs,
} from '../../prm/index.ts';
import { countOf, type IdRange, parseIdList, textOf } from '../idList.ts';
import type { Objection } from '../resourceDump/planDumps.ts';
import type { NumberOrText, ObjectRequest } from '../spec.ts';

/** What a request for objects comes to. */
export interface ObjectPlan {
  readonly type: ObjectType;
  /** Input fields beside the id, the same for all. */
  readonly inputs: Readonly<Record<string, number>>;
  /** The ids, or `all` that a resource dump reveals. */
  readonly ids: 'all' | readonly IdRange[];
  readonly limit: number;
}

/** Objects of one request unless it says otherwise. */
export const DEFAULT_LIMIT = 4096;

/** Holds a request against the table of object queries. Pure. */
export function planObjects(request: ObjectRequest): ObjectPlan | Objection {
  const type = allObjectTypes().get(request.type.toUpperCase());
  if (type === undefined) {
    const known = [...allObjectTypes().keys()];
    const hint = didYouMean(request.type, known) ?? `it is one of ${known.join(', ')}`;
    return invalid(`there is no object type ${request.type}: ${hint}`);
  }
  const given = inputsOf(type, request.index ?? {});
  if (!('inputs' in given)) return given;
  const ids = idsOf(type, textOf(request.ids));
  if (typeof ids === 'object' && 'reason' in ids) return ids;
  return { type, inputs: { ...type.defaults, ...given.inputs }, ids, limit: request.limit ?? DEFAULT_LIMIT };
}

function inputsOf(
  type: ObjectType,
  given: Readonly<Record<string, NumberOrText>>,
): Pick<ObjectPlan, 'inputs'> | Objection {
  const known = objectInputs(type);
  const values: [string, number][] = [];
  for (const [name, written] of Object.entries(given)) {
    const text = String(written);
    const field = known.get(name);
    if (field === undefined || type.id.includes(name) || !isAllowed(type, field)) {
      const fields = [...known].filter(([each, bits]) => !type.id.includes(each) && isAllowed(type, bits));
      const names = fields.map(([each]) => each).join(', ');
      return invalid(`${type.type} has no input field ${name}; it has ${names === '' ? 'none' : names}`);
    }
    const value = Number(text);
    if (!/^(\d+|0x[0-9a-f]+)$/i.test(text) || value >= 2 ** field.width) {
      return invalid(`${type.type}.${name}: "${text}" is no number of ${field.width} bits`);
    }
    values.push([name, value]);
  }
  return { inputs: Object.fromEntries(values) };
}

/** Whether a read may set the field: `clear` would zero counters. */
function isAllowed({ opcode }: ObjectType, { bit }: BitField): boolean {
  const mask = guardRules().commands.get(opcode)?.mask;
  return ((mask?.[bit >>> 3] ?? 0) & (0x80 >>> (bit & 7))) !== 0;
}

const ONCE: readonly IdRange[] = [{ first: 0, last: 0 }];

function idsOf(type: ObjectType, text: string | undefined): ObjectPlan['ids'] | Objection {
  if (type.id.length === 0) {
    return text === undefined ? ONCE : invalid(`${type.type} is there once and has no ids: leave ids out`);
  }
  const given = text ?? type.defaultIds;
  const name = type.id.join(' and ');
  if (given === undefined) {
    const all = type.revealedBy.length > 0 ? ' or "all"' : '';
    return invalid(`${type.type}: ids (${name}) is missing, e.g. "0x100-0x1ff"${all}`);
  }
  const list = parseIdList(given);
  if (list === undefined) return invalid(`${type.type}: "${given}" is no id, range or list of them, or all`);
  if (typeof list === 'string') {
    if (list === 'all' && type.revealedBy.length > 0) return list;
    const able = [...allObjectTypes().values()].filter(({ revealedBy }) => revealedBy.length > 0);
    return invalid(
      `${type.type}: ids may not be ${list}: no resource dump tells them; "all" goes with ${able.map((each) => each.type).join(', ')}`,
    );
  }
  const largest = largestId(type);
  const beyond = list.find(({ last }) => last > largest);
  return beyond === undefined
    ? list
    : invalid(`${type.type}: id ${beyond.last} is larger than the largest ${name}, 0x${largest.toString(16)}`);
}

function invalid(message: string): Objection {
  return { reason: 'InvalidSpec', message };
}

/** The input fields for one object. A vport other than one's own, number 0, is another one's. */
export function inputsFor({ type, inputs }: ObjectPlan, id: number): Readonly<Record<string, number>> {
  const fields = idFields(type, id) ?? {};
  const other = fields['vport_number'] !== undefined && fields['vport_number'] !== 0 ? { other_vport: 1 } : {};
  return { ...inputs, ...fields, ...other };
}

/** Every id of the ranges, up to a limit. */
export function* idsIn(ranges: readonly IdRange[], limit: number): Generator<number> {
  let left = limit;
  for (const { first, last } of ranges) {
    for (let id = first; id <= last && left > 0; id += 1, left -= 1) yield id;
  }
}

/** Whether somebody claims that every object is there: those of a range need not be. */
export function isClaimed(ranges: readonly IdRange[], id: number): boolean {
  return ranges.some(({ first, last }) => first === id && last === id);
}

export function beyondLimit(ranges: readonly IdRange[], limit: number): number {
  return Math.max(0, countOf(ranges) - limit);
}
