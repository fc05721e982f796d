import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { givenDirectory } from '../../src/binaries/provideBinaries.ts';

test('nothing was given', (t) => {
  t.is(givenDirectory(undefined), undefined);
  t.is(givenDirectory(''), undefined);
});

test('a directory with some of the programs is taken, one with none is refused with its name', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'assets-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  t.throws(() => givenDirectory(directory), {
    code: 'GivenBinaries',
    message: new RegExp(`${directory}, which has none`),
  });
  t.throws(() => givenDirectory(join(directory, 'absent')), { code: 'GivenBinaries' });
  writeFileSync(join(directory, 'etcd'), '');
  t.is(givenDirectory(directory), directory);
});
