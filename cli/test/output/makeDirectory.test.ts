import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { makeOutputDirectory } from '../../src/download/outputDirectory.ts';
import { makeDirectory } from '../../src/output/makeDirectory.ts';

test('a directory is made with those above it, and one that is there is left', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'nicdiag-directory-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  await makeDirectory(join(root, 'a/b/c'));
  t.true((await stat(join(root, 'a/b/c'))).isDirectory());
  await t.notThrowsAsync(makeDirectory(join(root, 'a/b/c')));
  await writeFile(join(root, 'file'), '');
  await t.throwsAsync(makeDirectory(join(root, 'file')), { code: 'EEXIST' });
  await t.throwsAsync(makeDirectory(join(root, 'file/below')), { code: 'ENOTDIR' });
});

test('a path that cannot be is said at once: below /proc, where every new name is ENOENT', async (t) => {
  t.timeout(10_000);
  await t.throwsAsync(makeDirectory('/proc/nicdiag'), { code: 'ENOENT' });
  await t.throwsAsync(makeDirectory('/proc/nicdiag/a/b'), { code: 'ENOENT' });
  await t.throwsAsync(makeOutputDirectory('/proc/nicdiag/a'), {
    message: 'nothing can be written into /proc/nicdiag/a: it cannot be written (ENOENT)',
  });
});
