import test from 'ava';
import { createExpiringCache } from '../../src/auth/expiringCache.ts';

test('an answer holds for its lifetime; those who ask at once share one question', async (t) => {
  let now = 0;
  let asked = 0;
  const cache = createExpiringCache<number>(10, () => now);
  const get = () =>
    cache.get(
      'key',
      async () => ++asked,
      () => 100,
    );
  t.deepEqual(await Promise.all([get(), get(), get()]), [1, 1, 1]);
  now = 99;
  t.is(await get(), 1);
  now = 100;
  t.is(await get(), 2);
});

test('a failure is for those who wait for it and for no one later', async (t) => {
  const cache = createExpiringCache<number>(10, () => 0);
  await t.throwsAsync(
    cache.get(
      'key',
      () => Promise.reject(new Error('away')),
      () => 100,
    ),
    { message: 'away' },
  );
  t.is(
    await cache.get(
      'key',
      async () => 7,
      () => 100,
    ),
    7,
  );
});

test('an answer without lifetime is asked for each time', async (t) => {
  let asked = 0;
  const cache = createExpiringCache<number>(10, () => 0);
  for (const expected of [1, 2])
    t.is(
      await cache.get(
        'key',
        async () => ++asked,
        () => 0,
      ),
      expected,
    );
});

test('it keeps no more than it may', async (t) => {
  let asked = 0;
  const cache = createExpiringCache<number>(2, () => 0);
  const get = (key: string) =>
    cache.get(
      key,
      async () => ++asked,
      () => 100,
    );
  for (const key of ['a', 'b', 'c']) await get(key);
  t.is(await get('c'), 3);
  t.is(await get('a'), 4, 'the oldest had gone');
});
