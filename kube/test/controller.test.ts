import test from 'ava';
import { createWorkQueue, type MetricName, type MetricsSink, runController } from '../src/index.ts';

function recordingSink(): MetricsSink & { counted: Map<string, number> } {
  const counted = new Map<string, number>();
  const bump = (name: MetricName, labels: Readonly<Record<string, string>>, by = 1) => {
    const key = `${name} ${Object.values(labels).join(' ')}`;
    counted.set(key, (counted.get(key) ?? 0) + by);
  };
  return { counted, count: bump, gauge() {}, observe: (name, labels) => bump(name, labels) };
}

test('a thousand adds of ten keys: never one key twice at once, at most so many as there are workers', async (t) => {
  using queue = createWorkQueue({ name: 'x' });
  const controller = new AbortController();
  const active = new Set<string>();
  let most = 0;
  let runs = 0;
  const done = runController(
    {
      name: 'x',
      queue,
      workers: 3,
      async reconcile(key) {
        t.false(active.has(key));
        active.add(key);
        most = Math.max(most, active.size);
        runs++;
        await new Promise((resolve) => setImmediate(resolve));
        active.delete(key);
        return undefined;
      },
    },
    { signal: controller.signal },
  );
  for (let i = 0; i < 1000; i++) queue.add(`k${i % 10}`);
  while (queue.depth > 0 || active.size > 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await done;
  t.is(most, 3);
  t.true(runs >= 10 && runs <= 20, `${runs} runs`);
});

test('a failure is retried with back-off until it succeeds; requeueAfter comes back; both are counted', async (t) => {
  const metrics = recordingSink();
  using queue = createWorkQueue({ name: 'q', backoff: { baseMs: 1, maxMs: 2 }, metrics });
  const controller = new AbortController();
  const errors: string[] = [];
  let tries = 0;
  const done = runController(
    {
      name: 'c',
      queue,
      metrics,
      onError: (error, key) => errors.push(`${key}: ${error instanceof Error ? error.message : error}`),
      async reconcile() {
        tries++;
        if (tries <= 2) throw new Error(`try ${tries}`);
        if (tries === 3) return { requeueAfterMs: 1 };
        controller.abort();
        return undefined;
      },
    },
    { signal: controller.signal },
  );
  queue.add('a');
  await done;
  t.deepEqual(errors, ['a: try 1', 'a: try 2']);
  t.is(tries, 4);
  t.is(metrics.counted.get('controller_runtime_reconcile_total c error'), 2);
  t.is(metrics.counted.get('controller_runtime_reconcile_errors_total c'), 2);
  t.is(metrics.counted.get('controller_runtime_reconcile_total c requeue_after'), 1);
  t.is(metrics.counted.get('controller_runtime_reconcile_total c success'), 1);
  t.is(metrics.counted.get('workqueue_retries_total q'), 2);
});

test('on abort the reconciliation in flight is told, awaited, and not counted as a failure', async (t) => {
  using queue = createWorkQueue({ name: 'x' });
  const controller = new AbortController();
  const errors: unknown[] = [];
  let ended = false;
  const started = Promise.withResolvers<void>();
  const done = runController(
    {
      name: 'x',
      queue,
      onError: (error) => errors.push(error),
      async reconcile(_, { signal }) {
        started.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        ended = true;
        throw signal.reason;
      },
    },
    { signal: controller.signal },
  );
  queue.add('a');
  await started.promise;
  controller.abort();
  await done;
  t.true(ended);
  t.deepEqual(errors, []);
});
