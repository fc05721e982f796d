import { spawnSync } from 'node:child_process';
import test from 'ava';
import { parsePlan } from '../src/crashPoint.ts';

const module = new URL('../src/crashPoint.ts', import.meta.url).href;

function run(plan: string, calls: string) {
  const program = `import { crashPoint } from '${module}'; process.on('exit', () => console.log('handler')); ${calls}; console.log('survived');`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, NICDIAG_CRASH_AT: plan },
    encoding: 'utf8',
  });
}

test('the program dies by SIGKILL at the named point, no handler runs', (t) => {
  const result = run('b', `crashPoint('a'); crashPoint('b')`);
  t.is(result.signal, 'SIGKILL');
  t.is(result.stdout, '');
});

test('a number picks the pass', (t) => {
  t.is(run('a:3', `crashPoint('a'); crashPoint('a')`).stdout, 'survived\nhandler\n');
  t.is(run('a:3', `crashPoint('a'); crashPoint('a'); crashPoint('a')`).signal, 'SIGKILL');
});

test('plans are read or refused', (t) => {
  t.deepEqual(parsePlan('after-journal'), { name: 'after-journal', pass: 1 });
  t.deepEqual(parsePlan('x:2'), { name: 'x', pass: 2 });
  t.is(parsePlan(''), undefined);
  t.is(parsePlan(undefined), undefined);
  t.throws(() => parsePlan('x:y'), { message: /expected <name>/ });
});
