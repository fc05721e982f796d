import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { requireFuse } from '../src/fuseDevice.ts';

const run = promisify(execFile);

test('a device that can be opened is all that is asked for', (t) => t.notThrows(() => requireFuse('/dev/null')));

test('a machine without the device is told to load the module', (t) => {
  t.throws(() => requireFuse('/dev/no-such-device'), { code: 'NoFuse', message: /\(ENOENT\): load the kernel module/ });
});

test('a user who may not open it is told how to allow it', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'fuse-device-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const device = join(directory, 'fuse');
  writeFileSync(device, '', { mode: 0 });
  const program = `
    import { requireFuse } from ${JSON.stringify(import.meta.resolve('../src/fuseDevice.ts'))};
    try { requireFuse(${JSON.stringify(device)}); } catch (error) { console.log(error.message); }
  `;
  // In a user namespace without any mapping nobody's capabilities reach the file, root's neither.
  const { stdout } = await run('unshare', ['--user', '--', process.execPath, '--input-type=module', '-e', program]);
  t.regex(stdout, /\(EACCES\): allow it \(chmod 666/);
});
