import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const SCENARIO = fileURLToPath(new URL('loopbackAliasScenario.ts', import.meta.url));

test('a machine without a network has an address for as long as somebody uses it', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'alias-test-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const { stdout, stderr, status } = spawnSync('unshare', ['--net', '--', process.execPath, SCENARIO], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: directory },
  });
  t.is(status, 0, stderr);
  const [loopback, alias] = ['127.0.0.1', '198.18.0.1'];
  t.deepEqual(JSON.parse(stdout), {
    before: { left: [loopback] },
    'the first takes it': { had: alias, left: [loopback, alias] },
    'the second takes it': { had: alias, left: [loopback, alias] },
    'the first ends': { left: [loopback, alias] },
    'one that has not taken it ends': { left: [loopback, alias] },
    'the second ends': { left: [loopback] },
    'one that is killed takes it': { had: alias, left: [loopback, alias] },
    'the next run sweeps': { left: [loopback] },
    "an administrator's is taken": { had: alias, left: [loopback, alias] },
    "an administrator's stays": { left: [loopback, alias] },
  });
});
