import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { createNursery } from '../../src/nursery/nursery.ts';
import { createProgram } from '../../src/stack/program.ts';

test('a program that is to be restarted comes back after a kill, without what its last start was given', async (t) => {
  await using nursery = createNursery('test', { graceMs: 100 });
  const command = ['sh', '-c', 'echo "run $KIND"; exec sleep 1000'] as const;
  const program = createProgram(nursery, { name: 'sleeper', command, env: { KIND: 'plain' }, restart: 'always' });
  program.start({ env: { KIND: 'special' } });
  while (program.tail() !== 'run special') await setTimeout(10);
  program.kill('SIGKILL');
  while (program.tail() !== 'run special\nrun plain') await setTimeout(10);
  t.is(program.starts, 2);
  await program.stop();
  await setTimeout(1_000);
  t.is(program.starts, 2, 'a stopped program stays stopped');
  t.false(program.isRunning());
});

test('a program that is not to be restarted stays dead until it is started again', async (t) => {
  await using nursery = createNursery('test', { graceMs: 100 });
  const program = createProgram(nursery, { name: 'sleeper', command: ['sleep', '1000'] });
  program.start();
  const { pid } = program;
  program.kill('SIGKILL');
  t.is((await program.ended())?.signal, 'SIGKILL');
  t.is(program.pid, undefined);
  program.start();
  t.true(program.isRunning());
  t.not(program.pid, pid);
});

test('a program that ends before it is ready is reported with its last words', async (t) => {
  await using nursery = createNursery('test', { graceMs: 100 });
  const command = ['sh', '-c', 'echo no disk; exit 3'] as const;
  const program = createProgram(nursery, { name: 'broken', command, healthUrl: 'http://127.0.0.1:9' });
  program.start();
  await program.ended();
  await t.throwsAsync(program.untilReady(), { message: /ended before it was ready:\nno disk/ });
});
