import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { cacheRoot, installProgram, lockCache } from '../../src/binaries/cache.ts';

const directory = mkdtempSync(join(tmpdir(), 'cache-test-'));
test.after.always(() => rmSync(directory, { recursive: true }));

test('the cache is below XDG_CACHE_HOME where that is an absolute path, else below ~/.cache', (t) => {
  t.is(cacheRoot({ XDG_CACHE_HOME: '/somewhere' }), '/somewhere/nicdiag');
  t.is(cacheRoot({ XDG_CACHE_HOME: 'relative' }), join(homedir(), '.cache/nicdiag'));
  t.is(cacheRoot({}), join(homedir(), '.cache/nicdiag'));
});

test('a program is installed executable, and nothing unfinished stays', (t) => {
  const path = installProgram(directory, 'etcd', Buffer.from('x'));
  t.is(readFileSync(path, 'utf8'), 'x');
  t.is(statSync(path).mode & 0o777, 0o755);
  t.deepEqual(
    readdirSync(directory).filter((name) => name.endsWith('.new')),
    [],
  );
});

test('a second builder waits for the first and says so once', async (t) => {
  const shared = join(directory, 'shared');
  const first = await lockCache(shared, () => t.fail('nobody holds it'));
  let waiting = 0;
  // SQLite's lock is per process and connection: the second connection of this process is refused as another's is.
  const second = lockCache(shared, () => waiting++);
  t.is(waiting, 1);
  // Long enough that it looks again.
  await new Promise((resolve) => setTimeout(resolve, 600));
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  t.is(waiting, 1);
  t.true(existsSync(shared));
});
