import { stripVTControlCharacters } from 'node:util';
import test from 'ava';
import { UsageError } from '../../src/exitCodes.ts';
import { parseOutput, printObjects } from '../../src/output/printObjects.ts';
import { createProgress } from '../../src/output/progress.ts';
import { type Column, formatTable } from '../../src/output/table.ts';
import { formatAge, formatBytes } from '../../src/output/units.ts';
import { testIo } from '../testIo.ts';

interface Row {
  readonly metadata: { readonly name: string };
  readonly note: string;
}
const columns: readonly Column<Row>[] = [
  { head: 'NAME', cell: (row) => row.metadata.name, colour: (row) => (row.note === 'bad' ? 31 : undefined) },
  { head: 'NOTE', cell: (row) => row.note },
  { head: 'LONG', cell: () => 'x', wide: true },
];
const rows: readonly Row[] = [
  { metadata: { name: 'slow-rail-3' }, note: 'bad' },
  { metadata: { name: 'b' }, note: '' },
];
const options = { columns, type: 'thing.nicdiag.dev', nothing: 'No things found.' };

test('a table has three spaces between columns, no trailing ones, <none> for nothing', (t) => {
  t.is(formatTable(rows, columns.slice(0, 2)), 'NAME          NOTE\nslow-rail-3   bad\nb             <none>\n');
});

test('colour touches neither widths nor heads', (t) => {
  const painted = formatTable(rows, columns.slice(0, 2), { colour: true });
  t.is(stripVTControlCharacters(painted), formatTable(rows, columns.slice(0, 2)));
  t.true(painted.includes('\x1b[31mslow-rail-3\x1b[0m   bad'));
});

for (const [format, objects, single, expected] of [
  ['table', rows, false, 'NAME          NOTE\nslow-rail-3   bad\nb             <none>\n'],
  ['wide', rows.slice(1), false, 'NAME   NOTE     LONG\nb      <none>   x\n'],
  ['name', rows, false, 'thing.nicdiag.dev/slow-rail-3\nthing.nicdiag.dev/b\n'],
  ['yaml', rows.slice(0, 1), true, 'metadata:\n  name: slow-rail-3\nnote: bad\n'],
] as const) {
  test(`-o ${format}`, (t) => {
    const { io, written } = testIo();
    printObjects(io, objects, { ...options, format, single });
    t.is(written.out, expected);
    t.is(written.err, '');
  });
}

test('-o json prints one object that was asked for by name, else a v1 List', (t) => {
  const one = testIo();
  printObjects(one.io, rows.slice(0, 1), { ...options, format: 'json', single: true });
  t.deepEqual(JSON.parse(one.written.out), rows[0]);
  const many = testIo();
  printObjects(many.io, rows, { ...options, format: 'json' });
  t.deepEqual(JSON.parse(many.written.out), { apiVersion: 'v1', kind: 'List', metadata: {}, items: rows });
});

test('nothing found is said on stderr; scripts get an empty list', (t) => {
  const table = testIo();
  printObjects(table.io, [], { ...options, format: 'table' });
  t.deepEqual(table.written, { out: '', err: 'No things found.\n' });
  const json = testIo();
  printObjects(json.io, [], { ...options, format: 'json' });
  t.like(JSON.parse(json.written.out), { items: [] });
});

test('YAML quotes what YAML 1.1 readers take for something else', (t) => {
  const { io, written } = testIo();
  printObjects(io, [{ metadata: { name: 'on' }, note: 'yes' }], { ...options, format: 'yaml', single: true });
  t.is(written.out, "metadata:\n  name: 'on'\nnote: 'yes'\n");
});

test('an unknown format is a usage error that lists the known ones', (t) => {
  t.is(parseOutput(undefined), 'table');
  t.throws(() => parseOutput('xml'), {
    instanceOf: UsageError,
    message: '-o must be one of wide, json, yaml, name, not xml',
  });
});

test('ages and sizes are short', (t) => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const ago = (seconds: number) => formatAge(new Date(now - seconds * 1000).toISOString(), now);
  t.deepEqual([5, 119, 125, 180, 3599, 7200, 12_000, 36_000, 172_800].map(ago), [
    '5s',
    '119s',
    '2m5s',
    '3m',
    '59m',
    '120m',
    '3h20m',
    '10h',
    '2d',
  ]);
  t.is(formatAge(undefined, now), '<unknown>');
  t.is(ago(-3), '0s');
  t.deepEqual(
    [0, 1023, 1024, 1_288_490_188, 325_058_560].map((bytes) => formatBytes(bytes)),
    ['0 B', '1023 B', '1.0 KiB', '1.2 GiB', '310 MiB'],
  );
  t.is(formatBytes(undefined), '');
});

test('on a terminal one line is written over; elsewhere each change is a line, frequent ones now and then', (t) => {
  const terminal = testIo({ errIsTerminal: true });
  const bar = createProgress(terminal.io);
  bar.show('collecting 10/40');
  bar.show('done');
  bar.say('a warning');
  bar.end();
  t.is(terminal.written.err, `\rcollecting 10/40\rdone${' '.repeat(12)}\r    \ra warning\ndone\r    \r`);

  let now = 0;
  const plain = testIo();
  const lines = createProgress(plain.io, () => now);
  lines.show('a');
  lines.show('a');
  lines.show('b');
  for (const [at, line] of [
    [100, '1 MiB'],
    [2000, '2 MiB'],
    [3900, '3 MiB'],
    [4000, '4 MiB'],
  ] as const) {
    now = at;
    lines.show(line, { often: true });
  }
  lines.end();
  t.is(plain.written.err, 'a\nb\n2 MiB\n4 MiB\n');
});
