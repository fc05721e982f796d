import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { LEFT_NAMESPACE, privateMounts } from '../src/privateMounts.ts';

const run = promisify(execFile);
const INSIDE = fileURLToPath(new URL('../src/inside.ts', import.meta.url));
const NOBODY = 65_534;

/** Without the mark of the test runner, which is inside already. */
const { [LEFT_NAMESPACE]: _, ...outside } = process.env;

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'private-mounts-'));
  chmodSync(directory, 0o777);
  return directory;
}

test('a mount made inside is not seen outside', async (t) => {
  const directory = scratch();
  t.teardown(() => rmSync(directory, { recursive: true }));
  const script = `mount -t tmpfs none ${directory} && touch ${directory}/mounted && ls ${directory}`;
  const { stdout } = await run(process.execPath, [INSIDE, '--', 'sh', '-c', script], { env: outside });
  t.is(stdout, 'mounted\n');
  t.deepEqual(readdirSync(directory), []);
});

test('an ordinary user gets one by a user namespace', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('the test above ran as one');
  const directory = scratch();
  t.teardown(() => rmSync(directory, { recursive: true }));
  const script = `mount -t tmpfs none ${directory} && echo "mounted by $(id -u)"`;
  const user = { env: outside, uid: NOBODY, gid: NOBODY, cwd: '/' };
  const { stdout } = await run(process.execPath, [INSIDE, '--', 'sh', '-c', script], user);
  t.is(stdout, 'mounted by 0\n');
});

test('the command decides how it ends', async (t) => {
  await t.throwsAsync(run(process.execPath, [INSIDE, '--', 'sh', '-c', 'exit 7'], { env: outside }), { code: 7 });
});

test('inside a private mount namespace nothing more is needed', (t) => {
  t.deepEqual(privateMounts({ [LEFT_NAMESPACE]: 'mnt:[1]' }), { prefix: [], env: {} });
  const here = readlinkSync('/proc/self/ns/mnt');
  t.not(privateMounts({ [LEFT_NAMESPACE]: here }).prefix.length, 0, 'the mark alone is not believed');
});
