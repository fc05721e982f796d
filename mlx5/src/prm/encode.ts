import { readBits, writeBits, writeField } from './bits.ts';
import type { DecodedStruct, DecodedValue, FieldValue, FieldValues } from './decode.ts';
import { type Layout, type LayoutField, layoutOf } from './layout.ts';
import { LayoutError } from './layoutError.ts';

/** Builds bytes from field values; what is not named is 0. A member of a union is named as any nested field:
 * `{ counter_set: { eth_802_3_cntrs_grp_data_layout_ext: { … } } }`.
 * @param length total bytes; default the layout's size. Open arrays need the room they take.
 * @throws LayoutError for a field that the layout has not, or a value that does not fit */
export function encodeStruct(layoutName: string, values: FieldValues, length?: number): Uint8Array {
  const layout = layoutOf(layoutName);
  const bytes = new Uint8Array(length ?? layout.bytes);
  encodeInto(bytes, layoutName, values);
  return bytes;
}

/** Like `encodeStruct`, over bytes that exist: fields that are not named keep their value. */
export function encodeInto(bytes: Uint8Array, layoutName: string, values: FieldValues): void {
  writeValues(bytes, layoutOf(layoutName), 0, values);
}

function writeValues(bytes: Uint8Array, layout: Layout, base: number, values: FieldValues): void {
  for (const [name, value] of Object.entries(values)) {
    const field = layout.byName.get(name);
    if (field === undefined) throw new LayoutError('UnknownField', `layout ${layout.name} has no field "${name}"`);
    if (isList(value) !== (field.count !== undefined)) {
      throw new LayoutError(
        'BadValue',
        `${layout.name}.${name}: ${field.count === undefined ? 'no' : 'a'} list expected`,
      );
    }
    const elements = isList(value) ? value : [value];
    if (typeof field.count === 'number' && elements.length > field.count) {
      throw new LayoutError('BadValue', `${layout.name}.${name} has ${field.count} elements, not ${elements.length}`);
    }
    elements.forEach((element, at) => {
      writeElement(bytes, layout, field, base + field.bit + at * field.width, element);
    });
  }
}

function writeElement(bytes: Uint8Array, layout: Layout, field: LayoutField, bit: number, value: FieldValue): void {
  if (field.layout !== undefined) {
    if (typeof value !== 'object' || isList(value)) {
      throw new LayoutError('BadValue', `${layout.name}.${field.name} is a ${field.layout}: an object is expected`);
    }
    writeValues(bytes, layoutOf(field.layout), bit, value);
    return;
  }
  const number = typeof value === 'string' ? field.enumeration?.valueOf.get(value) : value;
  if (typeof number !== 'number' && typeof number !== 'bigint') {
    throw new LayoutError('BadValue', `${layout.name}.${field.name} has no value named "${String(value)}"`);
  }
  try {
    writeField(bytes, { bit, width: field.width }, number);
  } catch (cause) {
    throw new LayoutError('BadValue', `${layout.name}.${field.name} cannot be set to ${number}`, { cause });
  }
}

function isList(value: FieldValue): value is readonly FieldValue[] {
  return Array.isArray(value);
}

/** The inverse of `decodeStruct`, unknown bits included.
 * @param length of the bytes that were decoded */
export function encodeDecoded(decoded: DecodedStruct, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  writeDecoded(bytes, decoded, 0);
  return bytes;
}

function writeDecoded(bytes: Uint8Array, decoded: DecodedStruct, base: number): void {
  const layout = layoutOf(decoded.layout);
  for (const { name, value } of decoded.fields) {
    const field = layout.byName.get(name);
    if (field === undefined) throw new LayoutError('UnknownField', `layout ${layout.name} has no field "${name}"`);
    const elements: readonly DecodedValue[] = Array.isArray(value) ? value : [value as DecodedValue];
    elements.forEach((element, at) => {
      const bit = base + field.bit + at * field.width;
      if (typeof element === 'object') writeDecoded(bytes, element, bit);
      else writeField(bytes, { bit, width: field.width }, element);
    });
  }
  for (const { byte, value } of decoded.unknown) {
    const bit = base + byte * 8;
    const width = Math.min(32, bytes.length * 8 - bit);
    writeBits(bytes, bit, width, readBits(bytes, bit, width) | (value >>> (32 - width)));
  }
}
