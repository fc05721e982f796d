import { type Assignment, MAX_ASSIGNMENTS } from '@nicdiag/api';
import test from 'ava';
import fc from 'fast-check';
import { type AssignmentInput, decideAssignments } from '../../src/inbox/assignments.ts';

const nowMs = Date.parse('2026-01-01T00:10:00Z');
const now = new Date(nowMs).toISOString();
const earlier = '2026-01-01T00:05:00.000Z';

type Child = AssignmentInput['children'][number];
const child = (uid: string, createdMs = 0, state?: Child['state']): Child => ({
  uid,
  namespace: 'x',
  name: uid,
  createdMs,
  state,
  deleting: false,
});
const assigned = (uid: string, cancel = false): Assignment => ({
  uid,
  namespace: 'x',
  name: uid,
  cancel,
  assignedAt: earlier,
});
const base: AssignmentInput = {
  current: [],
  children: [],
  cancelled: () => false,
  rememberedAt: () => undefined,
  admitted: () => true,
  nowMs,
};

test('the oldest come first, at most 16', (t) => {
  const children = Array.from({ length: 20 }, (_, i) => child(`c${i}`, 100 - i));
  const uids = decideAssignments({ ...base, children }).map((each) => each.uid);
  t.deepEqual(
    uids,
    Array.from({ length: 16 }, (_, i) => `c${19 - i}`),
  );
});

test('what was given out stays with its time, though an older one turns up', (t) => {
  const current = Array.from({ length: MAX_ASSIGNMENTS }, (_, i) => assigned(`c${i}`));
  const children = [...current.map((each) => child(each.uid, 50)), child('older', 1)];
  t.deepEqual(decideAssignments({ ...base, current, children }), current);
});

test('what has ended, is being deleted or is gone makes room', (t) => {
  const current = [assigned('done'), assigned('gone'), assigned('deleting'), assigned('stays')];
  const children = [
    child('done', 0, 'Partial'),
    { ...child('deleting'), deleting: true },
    child('stays', 0, 'Running'),
    child('next', 5),
  ];
  t.deepEqual(decideAssignments({ ...base, current, children }), [
    assigned('stays'),
    { ...assigned('next'), assignedAt: now },
  ]);
});

test('a cancel reaches assignments of that capture, and is never taken back', (t) => {
  const current = [assigned('a'), assigned('b', true)];
  const children = [child('a'), child('b'), child('c')];
  const cancel = decideAssignments({ ...base, current, children, cancelled: (uid) => uid === 'a' }).map(
    (each) => each.cancel,
  );
  t.deepEqual(cancel, [true, true, false]);
});

test('nothing new is given to a node that cannot take it; what it had stays', (t) => {
  const given = { ...base, current: [assigned('a')], children: [child('a'), child('b')], admitted: () => false };
  t.deepEqual(decideAssignments(given), [assigned('a')]);
});

test('after the inbox was deleted by hand everything comes back with its old time', (t) => {
  const children = [child('new', 0), child('a', 9)];
  const rememberedAt = (uid: string) => (uid === 'a' ? earlier : undefined);
  t.deepEqual(decideAssignments({ ...base, children, rememberedAt, admitted: () => false }), [assigned('a')]);
  t.deepEqual(
    decideAssignments({ ...base, children, rememberedAt }).map((each) => each.uid),
    ['a', 'new'],
  );
});

test('whatever happens: at most 16, each once, none that is live is dropped, times stay, and a second look changes nothing', (t) => {
  const uids = Array.from({ length: 24 }, (_, i) => `c${i}`);
  const one = fc.record({
    uid: fc.constantFrom(...uids),
    createdMs: fc.nat(5),
    state: fc.constantFrom(undefined, 'Running' as const, 'Failed' as const),
  });
  const world = fc.uniqueArray(one, { selector: (each) => each.uid, maxLength: 24 });
  fc.assert(
    fc.property(fc.array(world, { maxLength: 6 }), fc.boolean(), (worlds, mayAssign) => {
      let current: Assignment[] = [];
      for (const [turn, children] of worlds.entries()) {
        const input = {
          ...base,
          admitted: () => mayAssign,
          current,
          children: children.map((each) => child(each.uid, each.createdMs, each.state)),
          nowMs: nowMs + turn,
        };
        const next = decideAssignments(input);
        const live = new Set(children.filter((each) => each.state !== 'Failed').map((each) => each.uid));
        const byUid = new Map(next.map((each) => [each.uid, each]));
        if (next.length > MAX_ASSIGNMENTS || byUid.size !== next.length) return false;
        if (next.some((each) => !live.has(each.uid))) return false;
        for (const before of current) {
          if (live.has(before.uid) && byUid.get(before.uid)?.assignedAt !== before.assignedAt) return false;
        }
        t.deepEqual(decideAssignments({ ...input, current: next }), next);
        current = next;
      }
      return true;
    }),
  );
});
