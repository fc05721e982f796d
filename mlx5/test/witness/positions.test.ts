import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { decodeStruct, getField, layoutNames, layoutOf, registerByName, setField } from '../../src/prm/index.ts';
import { compiler, linesOf } from './cProgram.ts';

/* Client and emulator share the layouts: a wrong bit in them would cancel out. Here the bytes come from a C program and a
 * table of its own. */
const positions = new URL('positions.txt', import.meta.url);
const described = new Set(
  [...readFileSync(positions, 'utf8').matchAll(/^(?:struct|union) (\w+) /gm)].map(([, name]) => name as string),
);

const compiled = compiler === undefined ? test.skip : test;
if (compiler === undefined) test('vectors by a C program are skipped: there is no C compiler', (t) => t.pass());

compiled('the codec has every field of 436 structures where a C program puts it by the documentation', (t) => {
  const lines = linesOf(new URL('vectors.c', import.meta.url), [fileURLToPath(positions)]);
  const seen = new Set<string>();
  let values = 0;
  for (const line of lines) {
    const [layout, size, hex, ...pairs] = line.split(' ') as [string, string, string, ...string[]];
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    const built = new Uint8Array(bytes.length);
    for (const pair of pairs) {
      const [path, text] = pair.split('=') as [string, string];
      if (BigInt(getField(bytes, layout, path)) !== BigInt(text)) {
        t.fail(`${layout}.${path} is ${text} and read as ${getField(bytes, layout, path)}`);
      }
      setField(built, layout, path, BigInt(text));
    }
    t.deepEqual(built, bytes, `${layout}: the codec sets other bits than the C program`);
    if (layoutOf(layout).union === undefined) t.deepEqual(decodeStruct(layout, bytes).unknown, [], layout);
    if (!layoutOf(layout).fields.some(({ count }) => count === 'open'))
      t.is(layoutOf(layout).bytes, Number(size), layout);
    seen.add(layout);
    values += pairs.length;
  }
  t.deepEqual(seen, described);
  t.is(seen.size, 436);
  t.log(`${lines.length} vectors, ${values} values`);
});

test('every layout that the emulator takes from the library is among them', (t) => {
  const { registerNodes, commandStructs } = layoutNames();
  const known = new Set([...registerNodes, ...commandStructs]);
  const missing = new Set<string>();
  const visited = new Set<string>();
  const visit = (name: string): void => {
    if (!known.has(name) || visited.has(name)) return;
    visited.add(name);
    if (!described.has(name)) missing.add(name);
    for (const { layout } of layoutOf(name).fields) if (layout !== undefined) visit(layout);
  };
  const source = fileURLToPath(new URL('../../../emulator/src/', import.meta.url));
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )) {
    for (const [, word = ''] of readFileSync(source + file, 'utf8').matchAll(/'(\w+)'/g)) {
      visit(word);
      const register = registerByName(word);
      if (register !== undefined) visit(register.layout);
    }
  }
  t.deepEqual([...missing], []);
  t.true(visited.size > 340, `${visited.size} layouts`);
});
