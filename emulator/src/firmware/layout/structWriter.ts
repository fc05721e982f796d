import { setBits, setLong } from './bits.ts';
import { type Leaf, leavesOf } from './leaves.ts';

/** Field values by path; text goes into an array of characters or words, NUL padded; a list into an array. */
export type Values = Readonly<Record<string, number | string | readonly number[]>>;

/** Writes fields of one structure, at `base` bytes into a buffer. Fields that are not named keep their bits. */
export type StructWriter = (bytes: Uint8Array, base: number, values: Values) => void;

const writers = new Map<string, StructWriter>();
const textEncoder = new TextEncoder();

/** @returns the writer of a layout, made once: positions are looked up by path while the emulator runs
 * @throws Error (from the writer) for a field that the layout has not: a mistake in the model */
export function structWriter(layoutName: string): StructWriter {
  const known = writers.get(layoutName);
  if (known !== undefined) return known;
  const fields = compile(layoutName);
  const writer: StructWriter = (bytes, base, values) => {
    const offset = base * 8;
    for (const path in values) {
      const field = fields.get(path);
      const value = values[path];
      if (field === undefined || value === undefined) throw new Error(`${layoutName} has no field "${path}"`);
      if (typeof value === 'number') writeNumber(bytes, offset + field.bit, field.width, value);
      else if (typeof value === 'string')
        writeText(bytes, base + field.bit / 8, (field.width * field.count) / 8, value);
      else
        value.forEach((element, at) => {
          if (at >= field.count) throw new Error(`${layoutName}.${path} has ${field.count} elements`);
          writeNumber(bytes, offset + field.bit + at * field.width, field.width, element);
        });
    }
  };
  writers.set(layoutName, writer);
  return writer;
}

function writeNumber(bytes: Uint8Array, bit: number, width: number, value: number): void {
  if (width <= 32) setBits(bytes, bit, width, value);
  else setLong(bytes, bit + width - 64, value);
}

function writeText(bytes: Uint8Array, at: number, length: number, text: string): void {
  bytes.fill(0, at, at + length);
  bytes.set(textEncoder.encode(text).subarray(0, length), at);
}

type Position = Pick<Leaf, 'bit' | 'width' | 'count'>;

/** Counters of 64 bits are pairs `x_high`, `x_low` in the database: `x` names both. */
function compile(layoutName: string): Map<string, Position> {
  const leaves = leavesOf(layoutName);
  const fields = new Map<string, Position>(leaves.map((leaf) => [leaf.path, leaf]));
  for (const { path, bit, width, count } of leaves) {
    for (let at = 0; count > 1 && at < count; at++)
      fields.set(`${path}[${at}]`, { bit: bit + at * width, width, count: 1 });
  }
  for (const { path, bit, width } of leaves) {
    const joined = path.replace(/_(high|hi|h)$/, '');
    const low = fields.get(
      joined +
        path
          .slice(joined.length)
          .replace('high', 'low')
          .replace(/_hi?$/, (end) => (end === '_hi' ? '_lo' : '_l')),
    );
    if (joined !== path && width === 32 && low?.bit === bit + 32 && !fields.has(joined)) {
      fields.set(joined, { bit, width: 64, count: 1 });
    }
  }
  return fields;
}
