import test from 'ava';
import fc from 'fast-check';
import { createServerTime } from '../../src/apiServer/serverTime.ts';

test("until the first answer it is the node's wall clock", (t) => {
  t.is(createServerTime({ monotonic: () => 5, wall: () => 1000 }).now(), 1000);
});

test('one answer places it within the second of doubt, many within less', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 40 })), {
        minLength: 1,
        maxLength: 40,
      }),
      (fraction, answers) => {
        // The server's clock is `base` ahead of the monotonic one.
        const base = 1_700_000_000_000 + fraction;
        let now = 0;
        const time = createServerTime({ monotonic: () => now, wall: () => 0 });
        for (const [pause, latency] of answers) {
          now += pause;
          const sentAt = now;
          now += latency;
          const stamped = Math.floor((base + sentAt + latency / 2) / 1000) * 1000;
          time.observe(new Date(stamped).toUTCString(), sentAt, now);
        }
        return Math.abs(time.now() - (base + now)) <= 520;
      },
    ),
  );
  t.pass();
});

test("a server whose clock was set is followed; the node's own clock does not matter", (t) => {
  let now = 0;
  let wall = 0;
  const time = createServerTime({ monotonic: () => now, wall: () => wall });
  time.observe(new Date(1_700_000_000_000).toUTCString(), 0, 0);
  wall = 99;
  now = 10_000;
  t.is(time.now(), 1_700_000_010_500);
  time.observe(new Date(1_700_003_600_000).toUTCString(), now, now);
  t.is(time.now(), 1_700_003_600_500);
});

test("a node's clock that agrees with the answers is taken as it is", (t) => {
  let now = 0;
  const time = createServerTime({ monotonic: () => now, wall: () => 1_700_000_000_123 + now });
  time.observe(new Date(1_700_000_000_000).toUTCString(), 0, 5);
  now = 60_000;
  t.is(time.now(), 1_700_000_060_123);
});

test('an answer without a date teaches nothing', (t) => {
  const time = createServerTime({ monotonic: () => 0, wall: () => 7 });
  time.observe(undefined, 0, 0);
  time.observe('not a date', 0, 0);
  t.is(time.now(), 7);
});
