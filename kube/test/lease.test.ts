import test from 'ava';
import { heldBy, type LeaseSpec, mayAcquire, observeLease, released } from '../src/lease.ts';

const time = new Date('2026-01-01T00:00:00.123Z');
const held: LeaseSpec = heldBy('a', 15_000, time, undefined);

for (const [name, spec, identity, age, may] of [
  ['no lease', undefined, 'b', 0, true],
  ['its own', held, 'a', 0, true],
  ["another's, fresh", held, 'b', 15_000, false],
  ["another's, silent for longer than its duration", held, 'b', 15_001, true],
  ['released', released(time, held), 'b', 0, true],
] as const) {
  test(`a candidate ${may ? 'may' : 'may not'} take a lease that is: ${name}`, (t) => {
    t.is(mayAcquire({ spec, changedAt: 1_000 }, identity, 1_000 + age), may);
  });
}

test('the age of a lease counts from when it was last seen to change, not from the times written in it', (t) => {
  const first = observeLease(undefined, held, 100);
  t.is(observeLease(first, { ...held }, 5_000).changedAt, 100);
  t.is(observeLease(first, heldBy('a', 15_000, new Date(time.getTime() + 1), held), 5_000).changedAt, 5_000);
});

test('renewing keeps acquireTime and transitions; taking over counts one', (t) => {
  t.is(held.renewTime, '2026-01-01T00:00:00.123000Z');
  const renewed = heldBy('a', 15_000, new Date(time.getTime() + 2_000), held);
  t.is(renewed.acquireTime, held.acquireTime);
  t.is(renewed.leaseTransitions, 0);
  const taken = heldBy('b', 15_000, new Date(time.getTime() + 20_000), renewed);
  t.is(taken.leaseTransitions, 1);
  t.is(taken.acquireTime, taken.renewTime);
});
