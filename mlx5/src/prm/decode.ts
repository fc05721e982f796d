import { readBits, readField } from './bits.ts';
import { allBits, coverBits, type LayoutField, layoutOf } from './layout.ts';
import { shareUnknown } from './sharedUnknown.ts';
import { findField, type Scope, unionMembers } from './unionMember.ts';

/** A layout's fields as found in bytes, in the order of the documentation. */
export interface DecodedStruct {
  readonly layout: string;
  readonly fields: readonly DecodedField[];
  /** Bits that are set although no field covers them. Nothing that firmware sent is dropped. */
  readonly unknown: readonly UnknownBits[];
}

export interface DecodedField {
  readonly name: string;
  readonly value: DecodedValue | readonly DecodedValue[];
  /** Name of the value where the field has named values; for an array one per element, null where there is none. */
  readonly enum?: string | readonly (string | null)[];
}

/** Up to 32 bits a number, above a bigint. */
export type DecodedValue = number | bigint | DecodedStruct;

export interface UnknownBits {
  /** Offset of the 32-bit word from the start of the struct. */
  readonly byte: number;
  /** The word as a big-endian number with the known bits cleared. */
  readonly value: number;
}

/** Decodes bytes by the layout of that name. Pure: the same bytes and layout version give the same result.
 *
 * A union shows its selected member as the one field; bytes shorter than the layout (older firmware) give fewer fields,
 * and bytes behind its end are shown as unknown.
 * @throws LayoutError `UnknownLayout` */
export function decodeStruct(layoutName: string, bytes: Uint8Array): DecodedStruct {
  const layout = layoutOf(layoutName);
  return decodeAt(bytes, { layout, base: 0 }, layout.fields, bytes.length * 8);
}

function decodeAt(bytes: Uint8Array, scope: Scope, members: readonly LayoutField[], limit: number): DecodedStruct {
  const { layout, base } = scope;
  const plain = layout.union === undefined && limit === base + layout.bytes * 8;
  // The mask of the layout holds as long as every field is there and nothing else; else it is worked out on the way.
  let reserved = plain ? layout.reserved : allBits(limit - base);
  const fields: DecodedField[] = [];
  for (const field of members) {
    const count = plain && field.count !== 'open' ? (field.count ?? 1) : elementCount(bytes, field, scope, limit);
    if (count === 0) continue;
    fields.push(decodeField(bytes, field, count, scope, limit));
    if (plain && field.count === 'open') reserved = Uint32Array.from(reserved);
    if (!plain || field.count === 'open') coverBits(reserved, field.bit, field.bit + count * field.width);
  }
  const decoded = { layout: layout.name, fields, unknown: unknownBits(bytes, base, reserved) };
  const ambiguous = layout.union !== undefined && fields.length > 1;
  return ambiguous ? shareUnknown(bytes.subarray(base / 8, Math.ceil(limit / 8)), decoded) : decoded;
}

/** How many elements of a field lie before `limit`; 0 or 1 for a field that is no array. */
function elementCount(bytes: Uint8Array, field: LayoutField, scope: Scope, limit: number): number {
  const available = Math.max(0, Math.floor((limit - scope.base - field.bit) / field.width));
  if (field.count !== 'open') return Math.min(field.count ?? 1, available);
  const wanted = field.countFrom && findField(bytes, field.countFrom, scope);
  return wanted === undefined ? available : Math.min(wanted.value, available);
}

function decodeField(bytes: Uint8Array, field: LayoutField, count: number, scope: Scope, limit: number): DecodedField {
  const { name, enumeration } = field;
  if (field.count === undefined) {
    const value = decodeElement(bytes, field, scope.base + field.bit, scope, limit);
    const enumName = enumeration && typeof value === 'number' ? enumeration.nameOf.get(value) : undefined;
    return enumName === undefined ? { name, value } : { name, value, enum: enumName };
  }
  const values: DecodedValue[] = [];
  for (let at = 0; at < count; at += 1) {
    values.push(decodeElement(bytes, field, scope.base + field.bit + at * field.width, scope, limit));
  }
  if (enumeration === undefined) return { name, value: values };
  return {
    name,
    value: values,
    enum: values.map((value) => (typeof value === 'number' ? enumeration.nameOf.get(value) : undefined) ?? null),
  };
}

function decodeElement(bytes: Uint8Array, field: LayoutField, bit: number, scope: Scope, limit: number): DecodedValue {
  if (field.layout === undefined) return readField(bytes, { bit, width: field.width });
  const layout = layoutOf(field.layout);
  const inner: Scope = { layout, base: bit, up: scope };
  const members = layout.union === undefined ? layout.fields : unionMembers(bytes, layout, field, scope);
  return decodeAt(bytes, inner, members, Math.min(limit, bit + field.width));
}

function unknownBits(bytes: Uint8Array, base: number, reserved: Uint32Array): readonly UnknownBits[] {
  const unknown: UnknownBits[] = [];
  for (let word = 0, at = base / 8; word < reserved.length; word += 1, at += 4) {
    // Most words of a page are reserved and 0: looked at first.
    if (reserved[word] === 0 || isZeroWord(bytes, at)) continue;
    // The last word of a struct whose size is no multiple of 4 is read aligned to bit 31.
    const width = Math.min(32, (bytes.length - at) * 8);
    const value = ((readBits(bytes, at * 8, width) << (32 - width)) & (reserved[word] ?? 0)) >>> 0;
    if (value !== 0) unknown.push({ byte: word * 4, value });
  }
  return unknown;
}

function isZeroWord(bytes: Uint8Array, at: number): boolean {
  return at + 4 <= bytes.length && bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0;
}

/** The layout's own fields in a plain object: names to values, nested objects for nested layouts. Unknown bits are left
 * out; `encodeStruct` takes the same shape. */
export function valuesOf(decoded: DecodedStruct): FieldValues {
  return Object.fromEntries(
    decoded.fields.map(({ name, value }) => [name, isList(value) ? value.map(plainValue) : plainValue(value)]),
  );
}

function plainValue(value: DecodedValue): FieldValue {
  return typeof value === 'object' ? valuesOf(value) : value;
}

function isList(value: DecodedValue | readonly DecodedValue[]): value is readonly DecodedValue[] {
  return Array.isArray(value);
}

export interface FieldValues {
  readonly [field: string]: FieldValue;
}
/** A string is the name of an enumerated value. */
export type FieldValue = number | bigint | string | FieldValues | readonly FieldValue[];
