import test from 'ava';
import { isAllowed, licenceList, licenceProblems } from '../../src/supplyChain/licences.ts';
import { LOCKFILES, readLockfile } from '../../src/supplyChain/lockfile.ts';

for (const lockfile of LOCKFILES)
  test(`every package of ${lockfile} may be used`, (t) => t.deepEqual(licenceProblems(readLockfile(lockfile)), []));

for (const [expression, allowed] of [
  ['MIT', true],
  ['(MIT OR CC0-1.0)', true],
  ['GPL-3.0-only OR MIT', true],
  ['MIT AND ISC', true],
  ['GPL-3.0-only', false],
  ['AGPL-3.0-or-later', false],
  ['MIT AND GPL-2.0-only', false],
  ['SEE LICENSE IN LICENSE', false],
  ['UNLICENSED', false],
  ['(MIT OR GPL-3.0-only) AND (ISC OR GPL-2.0-only)', true],
  ['(MIT OR Apache-2.0) AND (GPL-2.0-only OR GPL-3.0-only)', false],
  ['MIT AND (ISC', false],
  ['MIT GPL-3.0-only', false],
  ['', false],
] as const) {
  test(`${expression} ${allowed ? 'may' : 'may not'} be used`, (t) => t.is(isAllowed(expression), allowed));
}

const locked = { version: '1.0.0', integrity: 'sha512-AAAA' };

test('a package without a licence, or with one of the others, is named', (t) => {
  const problems = licenceProblems({
    'node_modules/none': locked,
    'node_modules/a/node_modules/gpl': { ...locked, license: 'GPL-3.0-only' },
    'node_modules/unchecked': { version: '1.0.0', license: 'GPL-3.0-only', optional: true, os: ['darwin'] },
    'node_modules/mit': { ...locked, license: 'MIT' },
  });
  t.deepEqual(
    problems.map((problem) => problem.split(':')[0]),
    ['node_modules/none', 'node_modules/a/node_modules/gpl', 'node_modules/unchecked'],
  );
});

test('the list has every package once, with its licence and whether it is for development only', (t) => {
  const list = licenceList({
    '': {},
    'node_modules/b': { ...locked, license: 'MIT', dev: true },
    'node_modules/a': { ...locked, license: 'ISC' },
    'node_modules/b/node_modules/a': { ...locked, license: 'ISC' },
    'node_modules/@nicdiag/kube': { link: true },
  });
  t.is(list, 'a 1.0.0\tISC\nb 1.0.0\tMIT\tdevelopment only\n');
});
