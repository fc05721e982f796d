import test from 'ava';
import fc from 'fast-check';
import { createBackoff, jitter } from '../src/backoff.ts';

test('delays double up to the limit and start again after a success', (t) => {
  const backoff = createBackoff({ initialMs: 100, maxMs: 350, random: () => 1 });
  t.deepEqual([backoff.next(), backoff.next(), backoff.next(), backoff.next()], [100, 200, 350, 350]);
  backoff.reset();
  t.is(backoff.next(), 100);
});

test('a delay is never below half of its step nor above the limit', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(40), (random, tries) => {
      const backoff = createBackoff({ initialMs: 10, maxMs: 1000, random: () => random });
      for (let i = 0; i <= tries; i++) {
        const step = Math.min(1000, 10 * 2 ** i);
        const delay = backoff.next();
        if (delay < step / 2 || delay > step) return false;
      }
      return true;
    }),
  );
  t.pass();
});

test('jitter only lengthens', (t) => {
  t.is(
    jitter(100, 0.5, () => 0),
    100,
  );
  t.is(
    jitter(100, 0.5, () => 1),
    150,
  );
});
