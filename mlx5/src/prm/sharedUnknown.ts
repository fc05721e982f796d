import { readBits, writeBits } from './bits.ts';
import type { DecodedField, DecodedStruct, DecodedValue, UnknownBits } from './decode.ts';
import { type LayoutField, layoutOf } from './layout.ts';

/** Several members of a union that may all be meant read the same bytes. A bit is unknown only if none of them knows it:
 * those are the union's own, and the members show none.
 * @param bytes of the union alone */
export function shareUnknown(bytes: Uint8Array, union: DecodedStruct): DecodedStruct {
  // A Buffer's slice() is no copy.
  const unknown = new Uint8Array(bytes);
  const { byName } = layoutOf(union.layout);
  for (const member of union.fields) {
    const field = byName.get(member.name);
    if (field === undefined || !isStruct(member.value)) continue;
    const own = new Uint8Array(bytes.length);
    markUnknown(own, member.value, field.bit);
    // What lies behind a shorter member is unknown to it.
    const end = Math.ceil((field.bit + field.width) / 8);
    own.set(bytes.subarray(end), Math.min(end, bytes.length));
    for (let at = 0; at < bytes.length; at += 1) unknown[at] = (unknown[at] ?? 0) & (own[at] ?? 0);
  }
  return { ...union, fields: union.fields.map(withoutUnknown), unknown: wordsOf(unknown) };
}

function markUnknown(into: Uint8Array, struct: DecodedStruct, base: number): void {
  for (const { byte, value } of struct.unknown) {
    const bit = base + byte * 8;
    const width = Math.min(32, into.length * 8 - bit);
    writeBits(into, bit, width, readBits(into, bit, width) | (value >>> (32 - width)));
  }
  const { byName } = layoutOf(struct.layout);
  for (const { name, value } of struct.fields) {
    const field = byName.get(name);
    if (field === undefined) continue;
    for (const [at, element] of elementsOf(value).entries()) {
      if (isStruct(element)) markUnknown(into, element, positionOf(field, base, at));
    }
  }
}

function positionOf(field: LayoutField, base: number, element: number): number {
  return base + field.bit + element * field.width;
}

function withoutUnknown({ name, value, ...rest }: DecodedField): DecodedField {
  if (Array.isArray(value)) return { name, value: value.map(structWithoutUnknown), ...rest };
  return { name, value: structWithoutUnknown(value as DecodedValue), ...rest };
}

function structWithoutUnknown(value: DecodedValue): DecodedValue {
  return isStruct(value) ? { ...value, fields: value.fields.map(withoutUnknown), unknown: [] } : value;
}

function wordsOf(bytes: Uint8Array): readonly UnknownBits[] {
  const words: UnknownBits[] = [];
  for (let byte = 0; byte < bytes.length; byte += 4) {
    const width = Math.min(32, (bytes.length - byte) * 8);
    const value = (readBits(bytes, byte * 8, width) << (32 - width)) >>> 0;
    if (value !== 0) words.push({ byte, value });
  }
  return words;
}

function elementsOf(value: DecodedField['value']): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isStruct(value: unknown): value is DecodedStruct {
  return typeof value === 'object' && value !== null && 'unknown' in value;
}
