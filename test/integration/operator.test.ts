import { findCondition } from '@nicdiag/kube';
import anyTest, { type TestFn } from 'ava';
import { type OperatorBench, startOperatorBench } from './operator/operatorBench.ts';

/** The operator as a process on a real API server; the agents are played by the test. Each test has nodes of its own. */
const test = anyTest as TestFn<{ bench: OperatorBench }>;

test.before(async (t) => {
  t.timeout(120_000);
  const bench = await startOperatorBench('operator');
  t.context = { bench };
  await bench.startOperator();
});

test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());

test('a capture of all nodes of a pool: one NodeCapture each, folded, finished, sealed', async (t) => {
  const { bench } = t.context;
  for (const name of ['one-a', 'one-b', 'one-c']) await bench.addNode(name, { labels: { pool: 'one' } });
  await bench.capture('one', {
    target: { nodeSelector: { matchLabels: { pool: 'one' } }, devices: { functions: ['PF'], linkState: 'Any' } },
  });
  const { status } = await bench.finished('one');
  t.is(status?.progress, '3/3');
  t.is(status?.totalBytes, 3000);
  t.is(findCondition(status?.conditions, 'Succeeded')?.reason, 'AllSucceeded');
  t.deepEqual((await bench.children('one')).map((child) => [child.spec.nodeName, child.status?.state]).sort(), [
    ['one-a', 'Succeeded'],
    ['one-b', 'Succeeded'],
    ['one-c', 'Succeeded'],
  ]);
  const sealed = await bench.until(
    'one',
    (capture) => findCondition(capture.status?.conditions, 'Sealed')?.status === 'True',
  );
  t.is(sealed.status?.manifest?.sizeBytes, 1234);
});
