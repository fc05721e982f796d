import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { concurrently } from '../../src/store/s3/concurrently.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number;
}

test('each item is worked on once, so many at a time', async (t) => {
  const seen: number[] = [];
  let busy = 0;
  let most = 0;
  await concurrently(numbers(20), 4, async (number) => {
    busy += 1;
    most = Math.max(most, busy);
    await sleep(1);
    busy -= 1;
    seen.push(number);
  });
  t.deepEqual(
    seen.sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, index) => index),
  );
  t.is(most, 4);
});

test('after an error no more is begun, and what is under way has ended when it is thrown', async (t) => {
  let busy = 0;
  const begun: number[] = [];
  const failing = concurrently(numbers(100), 4, async (number) => {
    begun.push(number);
    busy += 1;
    await sleep(number === 2 ? 1 : 5);
    busy -= 1;
    if (number === 2) throw new Error('no');
  });
  await t.throwsAsync(failing, { message: 'no' });
  t.is(busy, 0);
  t.true(begun.length < 10);
});
