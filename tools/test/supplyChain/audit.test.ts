import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { auditLockfiles } from '../../src/supplyChain/audit/auditLockfiles.ts';
import { affects, type OsvRecord } from '../../src/supplyChain/audit/osvRecord.ts';

type Events = NonNullable<NonNullable<OsvRecord['affected']>[number]['ranges']>[number]['events'];

function record(name: string, events: Events, more: Partial<OsvRecord> = {}): OsvRecord {
  const affected = [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events }] }];
  return { id: 'GHSA-test', modified: '2026-01-02T03:04:05Z', summary: 'reads too much', affected, ...more };
}

/** Two stretches: everything before 1.2.3, and 2.0.0 up to and with 2.4.0. */
const TWO: Events = [{ introduced: '2.0.0' }, { last_affected: '2.4.0' }, { introduced: '0' }, { fixed: '1.2.3' }];

for (const [version, expected] of [
  ['0.0.1', true],
  ['1.2.3-rc.1', true],
  ['1.2.3', false],
  ['1.10.0', false],
  ['2.0.0', true],
  ['2.4.0', true],
  ['2.4.1', false],
] as const) {
  test(`of two stretches of versions ${version} is ${expected ? 'in' : 'out'}`, (t) =>
    t.is(affects(record('a', TWO), 'a', version), expected));
}

test('beyond the limits of a range nothing is affected', (t) => {
  const limited = record('a', [{ introduced: '0' }, { limit: '2.0.0' }]);
  t.true(affects(limited, 'a', '1.9.9'));
  t.false(affects(limited, 'a', '2.0.0'));
  t.true(affects(record('a', [{ introduced: '0' }, { limit: '*' }]), 'a', '2.0.0'));
});

test('only this package of npm counts, a list of versions too, a record that was withdrawn not', (t) => {
  const all: Events = [{ introduced: '0' }];
  t.false(affects(record('b', all), 'a', '1.0.0'));
  t.false(affects(record('a', all, { withdrawn: '2026-02-01T00:00:00Z' }), 'a', '1.0.0'));
  const other = { package: { ecosystem: 'PyPI', name: 'a' }, versions: ['1.0.0'] };
  t.false(affects(record('a', [], { affected: [other] }), 'a', '1.0.0'));
  const listed = { package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0.0'] };
  t.true(affects(record('a', [], { affected: [listed] }), 'a', '1.0.0'));
  t.false(affects(record('a', [], { affected: [listed] }), 'a', '1.0.1'));
});

function exported(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'nicdiag-osv-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'npm'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'npm', name), text);
  return folder;
}

test('packages of all lockfiles are held against the records, nested ones too', (t) => {
  const folder = exported(t, {
    'GHSA-1.json': JSON.stringify(record('@a/b', [{ introduced: '0' }, { fixed: '2.0.0' }], { id: 'GHSA-1' })),
    'GHSA-2.json': JSON.stringify(record('other', [{ introduced: '0' }], { modified: '2026-11-01T00:00:00Z' })),
  });
  const locked = {
    'node_modules/x/node_modules/@a/b': { version: '1.9.9' },
    'node_modules/@a/b': { version: '2.0.0' },
  };
  t.deepEqual(auditLockfiles(folder, { 'package-lock.json': {}, 'pulumi/package-lock.json': locked }), {
    problems: ['pulumi/package-lock.json: node_modules/x/node_modules/@a/b 1.9.9: GHSA-1: reads too much'],
    records: 2,
    newest: '2026-11-01T00:00:00Z',
  });
});

test('what this checkout pins can be audited', (t) => {
  const folder = exported(t, { 'GHSA-1.json': JSON.stringify(record('commander', [{ introduced: '0' }])) });
  const { problems } = auditLockfiles(folder);
  t.true(
    problems.some((problem) => problem.startsWith('package-lock.json: node_modules/commander ')),
    problems.join('\n'),
  );
});

test('a folder without records, and a record that is none, are errors with their names', (t) => {
  const empty = exported(t, {});
  t.throws(() => auditLockfiles(empty), {
    message: `${empty} has no OSV records of npm packages: unpack npm/all.zip of OSV there`,
  });
  t.throws(() => auditLockfiles(exported(t, { 'x.json': '{' })), { message: /x\.json is no OSV record: / });
});
