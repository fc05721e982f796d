import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { createNursery } from '../../src/nursery/nursery.ts';
import { markedProcesses } from '../../src/nursery/procfs.ts';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(10);
}

test('grandchildren in sessions of their own, deaf to SIGTERM, go with the nursery', async (t) => {
  const nursery = createNursery('test', { graceMs: 100 });
  const child = nursery.spawn('stubborn', [
    'sh',
    '-c',
    "trap '' TERM; setsid sh -c \"trap '' TERM; echo up; sleep 1000\" & sleep 1000",
  ]);
  await until(() => child.tail() === 'up' && markedProcesses(nursery.id).length >= 4);
  await nursery[Symbol.asyncDispose]();
  t.deepEqual(markedProcesses(nursery.id), []);
  t.false(existsSync(nursery.directory));
  t.is((await child.ended).signal, 'SIGKILL');
});

test('a child that ends itself is reported with its code and its last words', async (t) => {
  await using nursery = createNursery('test', { graceMs: 100 });
  const child = nursery.spawn('short', ['sh', '-c', 'echo one; echo two >&2; exit 7'], { env: { ANY: 'thing' } });
  t.deepEqual(await child.ended, { code: 7, signal: null });
  t.is(child.tail(), 'one\ntwo');
  t.false(child.isRunning());
});

test('a child is stopped with SIGTERM, and with SIGKILL when it does not hear', async (t) => {
  await using nursery = createNursery('test', { graceMs: 100 });
  const polite = nursery.spawn('polite', ['sleep', '1000']);
  t.is((await polite.stop({ graceMs: 60_000 })).signal, 'SIGTERM');
  const deaf = nursery.spawn('deaf', ['sh', '-c', "trap '' TERM; echo up; while :; do sleep 0.1; done"]);
  await until(() => readFileSync(deaf.logPath, 'utf8') === 'up\n');
  t.is((await deaf.stop({ graceMs: 100 })).signal, 'SIGKILL');
});

test('a nursery may be disposed twice', async (t) => {
  const nursery = createNursery('test');
  await Promise.all([nursery[Symbol.asyncDispose](), nursery[Symbol.asyncDispose]()]);
  await nursery[Symbol.asyncDispose]();
  t.false(existsSync(nursery.directory));
});

test('a program that is not there is reported at once', async (t) => {
  await using nursery = createNursery('test', { graceMs: 100 });
  t.throws(() => nursery.spawn('absent', ['/no/such/program']), { message: /could not be started/ });
});
