import { type DecodedField, type DecodedStruct, type Layout, type LayoutField, layoutOf } from '../prm/index.ts';
import type { DecodedFields, DecodedValue } from './decodedItem.ts';
import { characters, type FieldText, fieldTextOf, isCharacters } from './fieldTexts.ts';

/** A decoded layout in the parts of a DecodedItem. */
export interface Presentation {
  readonly fields: DecodedFields;
  readonly texts: Record<string, string>;
  readonly unknown: Record<string, string>;
}

/** Turns what the codec gives into JSON values, texts by path and unknown words by offset. */
export function present(decoded: DecodedStruct): Presentation {
  const texts: Record<string, string> = {};
  const unknown: Record<string, string> = {};
  const fields = presentStruct(decoded, '', 0, { texts, unknown });
  return { fields, texts, unknown };
}

/** Where in an item a layout stands: the path of its fields, and its first byte. */
export interface Place {
  readonly path: string;
  readonly byte: number;
}

/** Like `present`, for one layout of several in an item: texts and unknown words are added to those of the others. */
export function presentAt(decoded: DecodedStruct, { path, byte }: Place, collected: Collected): DecodedFields {
  return presentStruct(decoded, path === '' ? '' : `${path}.`, byte, collected);
}

/** Texts by path and unknown words by offset. */
export interface Collected {
  readonly texts: Record<string, string>;
  readonly unknown: Record<string, string>;
}

/** What presenting a field needs to know about it, worked out once for each layout. All have every member, so that objects
 * of one shape are read. */
interface FieldPlan {
  readonly name: string;
  readonly byte: number;
  readonly bytesEach: number;
  readonly characters: boolean;
  readonly text: FieldText | undefined;
  /** Single bits and their names, for a field whose named values are all single bits. */
  readonly mask: readonly (readonly [number, string])[] | undefined;
  /** This is `x_high` and `x_low` follows: together they are the counter `x`. */
  readonly counter: { readonly name: string; readonly text: FieldText | undefined } | undefined;
  /** This is the `x_low` of such a pair: the counter's name. */
  readonly swallowedBy: string | undefined;
}

/** In the order of the layout's fields. */
const plans = new Map<string, readonly FieldPlan[]>();

function planOf(name: string): readonly FieldPlan[] {
  const known = plans.get(name);
  if (known !== undefined) return known;
  const layout = layoutOf(name);
  const plan = layout.fields.map((field) => planField(layout, field));
  plans.set(name, plan);
  return plan;
}

function planField(layout: Layout, field: LayoutField): FieldPlan {
  const { name } = field;
  const counter = isUpperHalf(layout, field) ? name.slice(0, -'_high'.length) : undefined;
  const upper = name.endsWith('_low') ? layout.byName.get(name.replace(/_low$/, '_high')) : undefined;
  return {
    name,
    byte: field.bit >>> 3,
    bytesEach: field.width >>> 3,
    characters: isCharacters(name),
    text: fieldTextOf(layout.name, name),
    mask: maskOf(field),
    counter: counter === undefined ? undefined : { name: counter, text: fieldTextOf(layout.name, counter) },
    swallowedBy: upper !== undefined && isUpperHalf(layout, upper) ? name.slice(0, -'_low'.length) : undefined,
  };
}

function isUpperHalf({ byName }: Layout, { name, bit, width, count }: LayoutField): boolean {
  if (!name.endsWith('_high') || width !== 32 || count !== undefined) return false;
  const low = byName.get(`${name.slice(0, -'high'.length)}low`);
  return low?.width === 32 && low.bit === bit + 32 && low.count === undefined;
}

function maskOf({ enumeration }: LayoutField): FieldPlan['mask'] {
  const bits = [...(enumeration?.nameOf ?? [])].filter(([bit]) => bit !== 0);
  return bits.length > 1 && bits.every(([bit]) => (bit & (bit - 1)) === 0) ? bits : undefined;
}

function presentStruct(decoded: DecodedStruct, prefix: string, base: number, collected: Collected): DecodedFields {
  const plan = planOf(decoded.layout);
  const fields: Record<string, DecodedValue> = {};
  let at = 0;
  for (const field of decoded.fields) {
    // Decoded fields are in the layout's order; some may be left out.
    while (at < plan.length && plan[at]?.name !== field.name) at += 1;
    const how = plan[at];
    if (how === undefined) throw new Error(`${decoded.layout} was decoded with ${field.name}, which is not next in it`);
    if (how.swallowedBy !== undefined && fields[how.swallowedBy] !== undefined) continue;
    const value = how.counter && counterOf(decoded, field, how.counter.name);
    if (value === undefined || how.counter === undefined) {
      fields[field.name] = presentField(decoded, field, how, prefix, base, collected);
      continue;
    }
    fields[how.counter.name] = jsonNumber(value);
    const text = how.counter.text?.(Number(value), () => 0);
    if (text !== undefined) collected.texts[prefix + how.counter.name] = text;
  }
  for (const { byte, value } of decoded.unknown) {
    collected.unknown[`0x${(base + byte).toString(16)}`] = `0x${value.toString(16).padStart(8, '0')}`;
  }
  return fields;
}

/** Both halves of a counter; undefined without its other half (a short answer), when a half is shown as it is. */
function counterOf(decoded: DecodedStruct, high: DecodedField, name: string): bigint | number | undefined {
  const low = decoded.fields.find((field) => field.name === `${name}_low`)?.value;
  if (typeof low !== 'number') return undefined;
  const value = Number(high.value) * 0x1_0000_0000 + low;
  return Number.isSafeInteger(value) ? value : (BigInt(Number(high.value)) << 32n) | BigInt(low);
}

function presentField(
  decoded: DecodedStruct,
  { value, enum: enumName }: DecodedField,
  how: FieldPlan,
  prefix: string,
  base: number,
  collected: Collected,
): DecodedValue {
  if (typeof value === 'number') {
    const text = textOf(decoded, value, how) ?? (typeof enumName === 'string' ? enumName : maskText(value, how));
    if (text !== undefined) collected.texts[prefix + how.name] = text;
    return value;
  }
  if (typeof value === 'bigint') return jsonNumber(value);
  const path = prefix + how.name;
  const byte = base + how.byte;
  if (!isList(value)) return presentStruct(value, `${path}.`, byte, collected);
  if (how.characters) {
    const text = characters(value.map(Number), how.bytesEach);
    if (text !== undefined) collected.texts[path] = text;
  }
  return value.map((element, at) => {
    if (typeof element === 'object')
      return presentStruct(element, `${path}[${at}].`, byte + at * how.bytesEach, collected);
    const name = Array.isArray(enumName) ? enumName[at] : undefined;
    if (typeof name === 'string') collected.texts[`${path}[${at}]`] = name;
    return jsonNumber(element);
  });
}

function textOf(decoded: DecodedStruct, value: number, how: FieldPlan): string | undefined {
  if (how.characters) return characters([value]);
  return how.text?.(value, (sibling) => {
    const found = decoded.fields.find(({ name }) => name === sibling)?.value;
    return typeof found === 'number' ? found : 0;
  });
}

/** Several bits of a field whose named values are single bits. */
function maskText(value: number, { mask }: FieldPlan): string | undefined {
  const names = mask?.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name);
  return names === undefined || names.length === 0 ? undefined : names.join(', ');
}

function jsonNumber(value: number | bigint): number | string {
  if (typeof value === 'number') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

function isList(value: DecodedField['value']): value is readonly (number | bigint | DecodedStruct)[] {
  return Array.isArray(value);
}
