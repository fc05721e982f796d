import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@nicdiag/artifacts';
import test from 'ava';
import { createBucketHealth } from '../../src/store/bucketHealth.ts';

const AWAY = new StoreError('StoreUnavailable', 'away');

/** Checks that fail with what is in `problem`. */
function healthOf({ goodMs, badMs }: { readonly goodMs: number; readonly badMs: number }) {
  const state: { problem: StoreError | undefined; checks: number; told: (string | undefined)[] } = {
    ...{ problem: AWAY, checks: 0, told: [] },
  };
  const health = createBucketHealth({
    ...{ goodMs, badMs },
    async check() {
      state.checks += 1;
      if (state.problem !== undefined) throw state.problem;
    },
    onChange: (error) => state.told.push(error?.message),
  });
  return { health, state };
}

test('a bucket is not used before a check was good; what changes is told once', async (t) => {
  const { health, state } = healthOf({ goodMs: 5, badMs: 5 });
  t.is(health.refusal()?.message, 'the bucket has not been looked at yet');
  const stopping = new AbortController();
  const running = health.run({ signal: stopping.signal });
  while (state.checks < 3) await sleep(1);
  t.is(health.refusal(), AWAY);
  state.problem = undefined;
  let good = false;
  void health.untilGood({ signal: stopping.signal }).then(() => {
    good = true;
  });
  while (!good) await sleep(1);
  t.is(health.refusal(), undefined);
  const { checks } = state;
  while (state.checks < checks + 3) await sleep(1);
  t.deepEqual(state.told, ['away', undefined]);
  stopping.abort();
  await running;
});

test('what goes wrong elsewhere has it looked at now', async (t) => {
  const { health, state } = healthOf({ goodMs: 3_600_000, badMs: 3_600_000 });
  state.problem = undefined;
  const stopping = new AbortController();
  const running = health.run({ signal: stopping.signal });
  while (health.refusal() !== undefined) await sleep(1);
  state.problem = AWAY;
  health.suspect();
  while (health.refusal() === undefined) await sleep(1);
  t.is(state.checks, 2);
  stopping.abort();
  await running;
});

test('an error that no bucket makes is not taken for its answer', async (t) => {
  const health = createBucketHealth({ check: () => Promise.reject(new TypeError('a bug')), onChange: () => undefined });
  await t.throwsAsync(health.run({ signal: new AbortController().signal }), { message: 'a bug' });
});
