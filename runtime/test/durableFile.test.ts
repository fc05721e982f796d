import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { makeDirectoryDurably, removeDurably, writeFileDurably } from '../src/durableFile.ts';

function scratch(t: { teardown(f: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-durable-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('a file is replaced whole and nothing else is left in the directory', async (t) => {
  const directory = scratch(t);
  const path = join(directory, 'a.json');
  await writeFileDurably(path, 'one');
  await writeFileDurably(path, new Uint8Array([0x74, 0x77, 0x6f]));
  t.is(readFileSync(path, 'utf8'), 'two');
  t.deepEqual(readdirSync(directory), ['a.json']);
});

test('directories are made with their parents and removed with their contents; both may be repeated', async (t) => {
  const directory = scratch(t);
  const deep = join(directory, 'a', 'b', 'c');
  await makeDirectoryDurably(deep);
  await makeDirectoryDurably(deep);
  await writeFileDurably(join(deep, 'f'), 'x');
  await removeDurably(join(directory, 'a'));
  await removeDurably(join(directory, 'a'));
  t.deepEqual(readdirSync(directory), []);
});
