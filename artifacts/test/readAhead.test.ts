import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import { readAhead } from '../src/readAhead.ts';

test('results come in the order of their items, whatever takes how long, and no more are begun than may be', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3)), fc.integer({ min: 1, max: 5 }), async (delays, ahead) => {
      let busy = 0;
      let most = 0;
      const work = async (item: { readonly index: number; readonly delay: number }) => {
        busy += 1;
        most = Math.max(most, busy);
        await sleep(item.delay);
        busy -= 1;
        return item.index;
      };
      const items = delays.map((delay, index) => ({ delay, index }));
      t.deepEqual(
        await Array.fromAsync(readAhead(items, ahead, work)),
        delays.map((_, index) => index),
      );
      t.true(most <= ahead);
      t.is(most > 0, delays.length > 0);
    }),
    { numRuns: 30 },
  );
});

test('an error is thrown at its turn; one behind it is nobody’s', async (t) => {
  const seen: number[] = [];
  const work = async (item: number) => {
    if (item >= 2) throw new Error(`item ${item}`);
    return item;
  };
  await t.throwsAsync(
    async () => {
      for await (const item of readAhead([0, 1, 2, 3], 4, work)) seen.push(item);
    },
    { message: 'item 2' },
  );
  t.deepEqual(seen, [0, 1]);
});
