import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { DirectoryLockedError, lockDirectory } from '../src/directoryLock.ts';

const module = new URL('../src/directoryLock.ts', import.meta.url).href;

/** A process that holds the lock until it is killed. */
async function holder(directory: string) {
  const program = `import { lockDirectory } from '${module}';
    globalThis.lock = lockDirectory(process.argv[1]); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('a directory that another process holds is refused; kill -9 of that process frees it', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-lock-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const child = await holder(directory);
  const error = t.throws(() => lockDirectory(directory), { instanceOf: DirectoryLockedError });
  t.true(error?.message.includes(directory));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = lockDirectory(directory);
  lock[Symbol.dispose]();
});

test('a lock that was given back can be taken again', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-lock-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  for (let i = 0; i < 3; i++) {
    using lock = lockDirectory(directory);
    t.truthy(lock);
  }
});
