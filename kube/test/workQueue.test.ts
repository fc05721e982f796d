import test from 'ava';
import fc from 'fast-check';
import { createWorkQueue, noMetrics, type WorkQueue } from '../src/index.ts';

/** Takes what is there now without waiting for more. */
async function takeNow(queue: WorkQueue): Promise<string | undefined> {
  return queue.depth > 0 ? queue.take() : undefined;
}

test('a key added many times is handed out once', async (t) => {
  using queue = createWorkQueue({ name: 'x' });
  for (let i = 0; i < 10; i++) queue.add('a');
  queue.add('b');
  t.is(queue.depth, 2);
  t.is(await queue.take(), 'a');
  t.is(await queue.take(), 'b');
  t.is(queue.depth, 0);
});

test('a key added while it is worked on comes back once, after done', async (t) => {
  using queue = createWorkQueue({ name: 'x' });
  queue.add('a');
  await queue.take();
  queue.add('a');
  queue.add('a');
  t.is(queue.depth, 0);
  queue.done('a');
  t.is(queue.depth, 1);
  t.is(await queue.take(), 'a');
  queue.done('a');
  t.is(queue.depth, 0);
});

test('a taker waits for the next key; abort and disposal end the wait', async (t) => {
  const queue = createWorkQueue({ name: 'x' });
  const first = queue.take();
  queue.add('a');
  t.is(await first, 'a');
  const controller = new AbortController();
  const second = queue.take({ signal: controller.signal });
  controller.abort();
  t.is(await second, undefined);
  const third = queue.take();
  queue[Symbol.dispose]();
  t.is(await third, undefined);
  t.is(await queue.take(), undefined);
});

test('of several delays the earliest holds, and a delayed key is not waiting yet', async (t) => {
  using queue = createWorkQueue({ name: 'x' });
  queue.addAfter('a', 60_000);
  queue.addAfter('a', 5);
  queue.addAfter('a', 30_000);
  t.is(queue.depth, 0);
  t.is(await queue.take(), 'a');
});

test('a delay longer than a Node timer can hold does not fire at once', (t) => {
  using queue = createWorkQueue({ name: 'x' });
  queue.addAfter('a', 2 ** 40);
  t.is(queue.depth, 0);
});

test('the back-off of a key doubles with each failure and starts anew after a success', async (t) => {
  using queue = createWorkQueue({ name: 'x', backoff: { baseMs: 1, maxMs: 4 } });
  for (let i = 1; i <= 5; i++) {
    queue.retry('a');
    t.is(queue.failures('a'), i);
    t.is(await queue.take(), 'a');
    queue.done('a');
  }
  queue.forget('a');
  t.is(queue.failures('a'), 0);
});

type Step = { do: 'add' | 'take' | 'done'; key: string };

test('whatever the order of events: no key twice at once, none lost, none invented', async (t) => {
  const step: fc.Arbitrary<Step> = fc.record({
    do: fc.constantFrom('add' as const, 'take' as const, 'done' as const),
    key: fc.constantFrom('a', 'b', 'c', 'd'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
      using queue = createWorkQueue({ name: 'x' });
      const working = new Set<string>();
      // What must still be handed out: added after it was last taken.
      const owed = new Set<string>();
      for (const { do: action, key } of steps) {
        if (action === 'add') {
          queue.add(key);
          owed.add(key);
        } else if (action === 'take') {
          const taken = await takeNow(queue);
          if (taken === undefined) continue;
          if (working.has(taken)) throw new Error(`${taken} is worked on twice at once`);
          if (!owed.delete(taken)) throw new Error(`${taken} was not added`);
          working.add(taken);
        } else if (working.delete(key)) {
          queue.done(key);
        }
      }
      for (const key of working) queue.done(key);
      const rest = new Set<string>();
      for (let key = await takeNow(queue); key !== undefined; key = await takeNow(queue)) rest.add(key);
      if (rest.symmetricDifference(owed).size > 0) throw new Error(`owed ${[...owed]}, handed out ${[...rest]}`);
    }),
  );
  t.pass();
});

test('the age of work in progress grows while it lasts and is 0 after it', async (t) => {
  const ages: number[] = [];
  const grown = Promise.withResolvers<void>();
  const metrics = {
    ...noMetrics,
    gauge(name: string, _labels: unknown, value: number) {
      if (name !== 'workqueue_longest_running_processor_seconds') return;
      ages.push(value);
      if (ages.length === 3) grown.resolve();
    },
  };
  using queue = createWorkQueue({ name: 'x', metrics });
  t.deepEqual(ages, [0]);
  queue.add('a');
  await queue.take();
  // The queue's own timer keeps no process alive.
  const alive = setInterval(() => {}, 1_000);
  t.teardown(() => clearInterval(alive));
  await grown.promise;
  const [, first = 0, second = 0] = ages;
  t.true(0 < first && first < second, ages.join());
  queue.done('a');
  t.is(ages.at(-1), 0);
});
