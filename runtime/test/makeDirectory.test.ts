import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { makeDirectoryDurably } from '../src/durableFile.ts';
import { makeDirectory } from '../src/makeDirectory.ts';

test('a directory is made with those above it, and one that is there is left', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'nicdiag-directory-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  t.deepEqual(makeDirectory(join(root, 'a/b/c')), [join(root, 'a'), join(root, 'a/b'), join(root, 'a/b/c')]);
  t.true((await stat(join(root, 'a/b/c'))).isDirectory());
  t.deepEqual(makeDirectory(join(root, 'a/b/c')), []);
  await writeFile(join(root, 'file'), '');
  t.throws(() => makeDirectory(join(root, 'file')), { code: 'EEXIST' });
  t.throws(() => makeDirectory(join(root, 'file/below')), { code: 'ENOTDIR' });
});

test('a path that cannot be is said at once: below /proc, where every new name is ENOENT', async (t) => {
  t.timeout(10_000);
  t.throws(() => makeDirectory('/proc/nicdiag'), { code: 'ENOENT' });
  t.throws(() => makeDirectory('/proc/nicdiag/a/b'), { code: 'ENOENT' });
  await t.throwsAsync(makeDirectoryDurably('/proc/nicdiag/a'), { code: 'ENOENT' });
});
