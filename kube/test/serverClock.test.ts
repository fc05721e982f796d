import test from 'ava';
import fc from 'fast-check';
import { createServerClock } from '../src/index.ts';

const dateHeader = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toUTCString();

test('a clock that no answer contradicts is left alone', (t) => {
  const clock = createServerClock(() => 1_000_500);
  clock.observe(dateHeader(1_000_400), 1_000_300, 1_000_500);
  t.is(clock.offset(), 0);
  t.is(clock.now(), 1_000_500);
});

test('after some answers the error is below a second plus the round trip, whatever the true offset', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: -3_600_000, max: 3_600_000 }),
      fc.array(fc.record({ gap: fc.integer({ min: 1, max: 2000 }), trip: fc.integer({ min: 0, max: 200 }) }), {
        minLength: 1,
        maxLength: 30,
      }),
      (offset, answers) => {
        let local = 1_700_000_000_000;
        const clock = createServerClock(() => local);
        for (const { gap, trip } of answers) {
          local += gap;
          const sent = local;
          local += trip;
          clock.observe(dateHeader(sent + trip / 2 + offset), sent, local);
        }
        return Math.abs(clock.offset() - offset) <= 1200;
      },
    ),
  );
  t.pass();
});

test('a clock that is stepped is followed', (t) => {
  const clock = createServerClock(() => 0);
  clock.observe(dateHeader(10_000_000), 10_000_000, 10_000_010);
  clock.observe(dateHeader(10_001_000), 20_001_000, 20_001_010);
  t.true(Math.abs(clock.offset() + 10_000_000) <= 1010);
});

test('a header that is no date is ignored', (t) => {
  const clock = createServerClock(() => 5);
  clock.observe('yesterday', 0, 1);
  clock.observe(undefined, 0, 1);
  t.is(clock.now(), 5);
});
