import { type BitField, readField, writeField } from './bits.ts';
import { type LayoutField, layoutOf } from './layout.ts';
import { LayoutError } from './layoutError.ts';

const known = new Map<string, Map<string, BitField>>();

/** Where a field lies in a layout. Names are joined by dots, array elements take `[i]`, a union's member is a name like
 * any other: `counter_set.phys_layer_cntrs_ext.symbol_errors`, `string_db_param[2].string_db_size`.
 *
 * Many 64-bit counters are two fields, `x_high` and `x_low`, in the database: `x` names both as one.
 *
 * Positions are worked out once and kept: in a hot path hold on to the result, or call with constant strings.
 * @throws LayoutError `UnknownLayout`, `UnknownField` */
export function fieldPosition(layoutName: string, path: string): BitField {
  let paths = known.get(layoutName);
  if (paths === undefined) {
    paths = new Map();
    known.set(layoutName, paths);
  }
  const position = paths.get(path) ?? resolve(layoutName, path);
  paths.set(path, position);
  return position;
}

/** @returns a number up to 32 bits, a bigint above */
export function getField(bytes: Uint8Array, layoutName: string, path: string): number | bigint {
  const field = fieldPosition(layoutName, path);
  if (field.bit + field.width > bytes.length * 8) {
    throw new LayoutError('BadValue', `${layoutName}.${path} lies behind the end of ${bytes.length} bytes`);
  }
  return readField(bytes, field);
}

/** @throws LayoutError; RangeError when the value does not fit the field or the field does not lie inside `bytes` */
export function setField(bytes: Uint8Array, layoutName: string, path: string, value: number | bigint): void {
  writeField(bytes, fieldPosition(layoutName, path), value);
}

function resolve(layoutName: string, path: string): BitField {
  const unknown = (): LayoutError => new LayoutError('UnknownField', `layout ${layoutName} has no field "${path}"`);
  let layout = layoutOf(layoutName);
  let bit = 0;
  const segments = path.split('.');
  for (const [at, segment] of segments.entries()) {
    const match = /^([^[\]]+)(?:\[(\d+)\])?$/.exec(segment);
    if (match?.[1] === undefined) throw unknown();
    const last = at === segments.length - 1;
    const field = layout.byName.get(match[1]) ?? (last ? joined(layout.byName, match[1]) : undefined);
    const element = Number(match[2] ?? 0);
    const count = field?.count === 'open' ? Number.POSITIVE_INFINITY : (field?.count ?? 1);
    if (field === undefined || element >= count || (match[2] !== undefined && field.count === undefined))
      throw unknown();
    bit += field.bit + element * field.width;
    // A path may end at a nested layout of up to 64 bits (uint64) only; larger ones have no single value.
    if (last && (field.layout === undefined || field.width <= 64)) return { bit, width: field.width };
    if (field.layout === undefined) throw unknown();
    layout = layoutOf(field.layout);
  }
  throw unknown();
}

function joined(fields: ReadonlyMap<string, LayoutField>, name: string): LayoutField | undefined {
  const high = fields.get(`${name}_high`);
  const low = fields.get(`${name}_low`);
  if (high?.width !== 32 || low?.width !== 32 || low.bit !== high.bit + 32) return undefined;
  return { ...high, name, width: 64 };
}
