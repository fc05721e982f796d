import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  decodeStruct,
  encodeDecoded,
  encodeStruct,
  type FieldValue,
  type FieldValues,
  type LayoutField,
  layoutNames,
  layoutOf,
  valuesOf,
} from '../../src/prm/index.ts';
import { anyValues, type Meant, meaning } from './anyValues.ts';

const { registerNodes, commandStructs } = layoutNames();
const names = [...registerNodes, ...commandStructs];

/** Values → bytes → values, and bits beside them stay what they are.
 * @returns the fields that had a value, as `layout.field` */
function roundTrip(t: ExecutionContext, name: string, values: FieldValues, length: number, noise: Uint8Array): void {
  const bytes = encodeStruct(name, values, length);
  const covered = encodeStruct(name, filled(name, values), length);
  // Noise in every bit that none of these fields covers; bits of a union's other members among them.
  for (const [index, byte] of bytes.entries()) {
    bytes[index] = byte | ((noise[index % noise.length] ?? 0) & ~(covered[index] ?? 0));
  }
  const decoded = decodeStruct(name, bytes);
  const missing = firstMissing(values, valuesOf(decoded), name);
  if (missing !== undefined) t.fail(missing);
  if (Buffer.compare(encodeDecoded(decoded, length), bytes) !== 0) t.fail(`${name}: other bytes when encoded again`);
  // Nothing of the noise is dropped: without it, there is nothing unknown.
  if (layoutOf(name).union === undefined && layoutOf(name).fields.every((field) => field.layout === undefined)) {
    const known = bytes.map((byte, index) => byte & (covered[index] ?? 0));
    if (decodeStruct(name, known).unknown.length > 0) t.fail(`${name}: unknown bits where its fields are`);
  }
}

/** The same fields with all their bits set. */
function filled(layoutName: string, values: FieldValues): FieldValues {
  const layout = layoutOf(layoutName);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const field = layout.byName.get(name) as LayoutField;
      return [name, Array.isArray(value) ? value.map((one) => full(field, one)) : full(field, value)];
    }),
  );
}

function full({ layout, width }: LayoutField, value: FieldValue): FieldValue {
  return layout === undefined ? (1n << BigInt(width)) - 1n : filled(layout, value as FieldValues);
}

/** The first value that decoding did not give back. It may give more: other members of a union that nothing tells apart. */
function firstMissing(wanted: FieldValue, found: FieldValue | undefined, path: string): string | undefined {
  if (typeof wanted !== 'object') {
    return wanted === found ? undefined : `${path}: ${wanted} came back as ${String(found)}`;
  }
  if (Array.isArray(wanted) && wanted.length !== (found as readonly FieldValue[] | undefined)?.length) {
    return `${path}: ${wanted.length} elements came back as ${(found as readonly FieldValue[] | undefined)?.length}`;
  }
  for (const [name, value] of Object.entries(wanted)) {
    const missing = firstMissing(value, (found as FieldValues | undefined)?.[name], `${path}.${name}`);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function check(
  t: ExecutionContext,
  name: string,
  runs: number,
  meant?: Meant,
  made?: (values: FieldValues) => void,
): void {
  const noise = fc.uint8Array({ minLength: 61, maxLength: 61 });
  fc.assert(
    fc.property(anyValues(name, meant), noise, ({ values, length }, bits) => {
      made?.(values);
      roundTrip(t, name, values, length, bits);
    }),
    { seed: 20_261_128, numRuns: runs },
  );
}

test('decode of encode gives back every value: all nodes of the register database', (t) => {
  for (const name of registerNodes) check(t, name, Math.max(3, Math.min(25, Math.floor(4000 / layoutOf(name).bytes))));
  t.is(registerNodes.length, 442);
});

test('decode of encode gives back every value: all command structures', (t) => {
  for (const name of commandStructs) check(t, name, Math.max(3, Math.min(25, Math.floor(4000 / layoutOf(name).bytes))));
  // uint64 is a structure of both sources and kept once, with the register database's.
  t.is(commandStructs.length + 1, 662);
  t.true(registerNodes.includes('uint64'));
});

test('among the layouts are arrays narrower than a word, open arrays and numbers of 64 bits', (t) => {
  const fields = names.flatMap((name) => layoutOf(name).fields);
  t.is(fields.filter(({ count, width }) => typeof count === 'number' && width < 32).length, 49);
  t.is(fields.filter(({ count }) => count === 'open').length, 43);
  t.is(fields.filter(({ layout, width }) => layout === undefined && width > 32).length, 142);
});

test('every member of every union comes back when what selects it says so', (t) => {
  const members = new Set<string>();
  const not: string[] = [];
  for (const name of names) {
    for (const field of layoutOf(name).fields) {
      const union = field.layout === undefined ? undefined : layoutOf(field.layout);
      for (const member of union?.union === undefined ? [] : union.fields) {
        const place = `${name}.${field.name}.${member.name}`;
        const meant = meaning(field, member);
        if (meant === undefined) {
          not.push(place);
          continue;
        }
        check(t, name, 2, meant, (values) => {
          const value = values[field.name];
          const first = (Array.isArray(value) ? value[0] : value) as FieldValues;
          if (first !== undefined && Object.keys(first)[0] === member.name) members.add(place);
          else not.push(place);
        });
      }
    }
  }
  t.deepEqual(not, []);
  t.is(members.size, 470);
});
