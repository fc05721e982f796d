import test from 'ava';
import { inParallel } from '../src/inParallel.ts';

const { signal } = new AbortController();

test('at most so many at once, every item, in spite of failures', async (t) => {
  let active = 0;
  let most = 0;
  const done: number[] = [];
  const run = inParallel(
    [1, 2, 3, 4, 5, 6, 7],
    3,
    async (item) => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      done.push(item);
      if (item === 2) throw new Error('two');
    },
    { signal },
  );
  await t.throwsAsync(run, { message: 'two' });
  t.is(most, 3);
  t.deepEqual(done.sort(), [1, 2, 3, 4, 5, 6, 7]);
});

test('an abort stops taking up items', async (t) => {
  const controller = new AbortController();
  const done: number[] = [];
  const run = inParallel(
    [1, 2, 3],
    1,
    async (item) => {
      done.push(item);
      controller.abort();
    },
    { signal: controller.signal },
  );
  await t.throwsAsync(run, { name: 'AbortError' });
  t.deepEqual(done, [1]);
});
