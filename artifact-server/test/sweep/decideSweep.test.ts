import test from 'ava';
import fc from 'fast-check';
import { decideSweep, type Missing } from '../../src/sweep/decideSweep.ts';

const GRACE = 600;
const HOLD = 86_400;

function names(count: number, prefix = 'c'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function decide(stored: string[], live: string[], now: number, missing: ReadonlyMap<string, Missing> = new Map()) {
  return decideSweep({ stored: new Set(stored), live: new Set(live), missing, now, graceMs: GRACE, holdMs: HOLD });
}

test('a deleted capture goes after the grace period and not before', (t) => {
  const stored = names(20);
  const live = stored.slice(1);
  const first = decide(stored, live, 1000);
  t.deepEqual(first.remove, []);
  t.deepEqual(decide(stored, live, 1000 + GRACE - 1, first.missing).remove, []);
  t.deepEqual(decide(stored, live, 1000 + GRACE, first.missing).remove, ['c0']);
});

test('a capture that is there again was never missing', (t) => {
  const stored = names(20);
  const { missing } = decide(stored, stored.slice(1), 1000);
  const back = decide(stored, stored, 1100, missing);
  t.is(back.missing.size, 0);
  t.deepEqual(decide(stored, stored.slice(1), 1000 + GRACE, back.missing).remove, []);
});

test('when most captures vanish at once they are held, however often one looks', (t) => {
  const stored = names(20);
  const first = decide(stored, stored.slice(11), 1000);
  t.is([...first.missing.values()].filter((entry) => entry.held).length, 11);
  const later = decide(stored, stored.slice(11), 1000 + 10 * GRACE, first.missing);
  t.deepEqual(later.remove, []);
  t.is(decide(stored, stored.slice(11), 1000 + HOLD, later.missing).remove.length, 11);
});

test('all captures gone, as with an API server that was set up anew, are held too', (t) => {
  const stored = names(5);
  const { missing } = decide(stored, [], 1000);
  t.deepEqual(decide(stored, [], 1000 + GRACE, missing).remove, []);
});

test('a handful of captures on a small cluster may be deleted like any', (t) => {
  const stored = names(4);
  const { missing } = decide(stored, [], 1000);
  t.deepEqual(decide(stored, [], 1000 + GRACE, missing).remove, stored);
});

test('never is a live capture removed, nor one that was not missed for the grace period', (t) => {
  const uid = fc.constantFrom(...names(12));
  const round = fc.record({ live: fc.uniqueArray(uid), wait: fc.nat(GRACE * 2) });
  fc.assert(
    fc.property(fc.uniqueArray(uid), fc.array(round, { maxLength: 12 }), (initially, rounds) => {
      const stored = new Set(initially);
      const lastSeen = new Map<string, number>();
      let missing: ReadonlyMap<string, Missing> = new Map();
      let now = 0;
      for (const { live, wait } of rounds) {
        now += wait;
        for (const name of live) lastSeen.set(name, now);
        const decision = decideSweep({ stored, live: new Set(live), missing, now, graceMs: GRACE, holdMs: HOLD });
        missing = decision.missing;
        for (const removed of decision.remove) {
          t.false(live.includes(removed));
          t.true(now - (lastSeen.get(removed) ?? 0) >= GRACE);
          stored.delete(removed);
        }
      }
    }),
  );
});
