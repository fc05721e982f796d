import type { Assignment } from '@nicdiag/api';
import test from 'ava';
import fc from 'fast-check';
import { decideInbox, judge, type KnownCapture, type Observed } from '../../src/inbox/decide.ts';

const assignment = (uid: string, cancel = false): Assignment => ({
  uid,
  namespace: 'sre',
  name: `n-${uid}`,
  cancel,
  assignedAt: '2026-01-01T00:00:00Z',
});
const capture = (uid: string, phase: KnownCapture['phase'], cancelled = false): KnownCapture => ({
  uid,
  phase,
  cancelled,
});

const cases: readonly (readonly [string, readonly Assignment[], readonly KnownCapture[], readonly string[]])[] = [
  ['nothing assigned, nothing known', [], [], []],
  ['a new assignment is begun', [assignment('a')], [], ['start a']],
  [
    'a new assignment that is cancelled already is begun too: somebody must end it',
    [assignment('a', true)],
    [],
    ['start a'],
  ],
  ['an assignment at work is left alone', [assignment('a')], [capture('a', 'active')], []],
  ['a cancel reaches one at work, once', [assignment('a', true)], [capture('a', 'active')], ['cancel a']],
  ['a cancel that was heard is not repeated', [assignment('a', true)], [capture('a', 'active', true)], []],
  ['a cancel after the report changes nothing', [assignment('a', true)], [capture('a', 'reported')], []],
  ['a finished capture never runs again', [assignment('a')], [capture('a', 'finished')], []],
  ['a vanished assignment is asked about', [], [capture('a', 'active')], ['check a']],
  ['one that has reported is expected to vanish', [], [capture('a', 'reported'), capture('b', 'finished')], []],
  [
    'assignments are taken in their order, before the vanished ones',
    [assignment('c'), assignment('b')],
    [capture('a', 'active')],
    ['start c', 'start b', 'check a'],
  ],
];

for (const [title, assignments, known, expected] of cases) {
  test(title, (t) => {
    const actions = decideInbox(assignments, known);
    t.deepEqual(
      actions.map((action) => `${action.type} ${action.type === 'start' ? action.assignment.uid : action.uid}`),
      expected,
    );
  });
}

test('every capture gets at most one action', (t) => {
  const uid = fc.constantFrom('a', 'b', 'c', 'd');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(uid, fc.boolean()), { selector: ([name]) => name }),
      fc.uniqueArray(fc.tuple(uid, fc.constantFrom('active', 'reported', 'finished'), fc.boolean()), {
        selector: ([name]) => name,
      }),
      (assigned, known) => {
        const actions = decideInbox(
          assigned.map(([name, cancel]) => assignment(name, cancel)),
          known.map(([name, phase, cancelled]) => capture(name, phase as KnownCapture['phase'], cancelled)),
        );
        const uids = actions.map((action) => (action.type === 'start' ? action.assignment.uid : action.uid));
        return new Set(uids).size === uids.length;
      },
    ),
  );
  t.pass();
});

const present = (uid: string, state?: 'Running' | 'Failed' | 'Cancelled', nodeName = 'gpu-a'): Observed => ({
  type: 'present',
  uid,
  state,
  nodeName,
});

for (const [title, observed, verdict] of [
  ['a NodeCapture that is not there is dropped', { type: 'absent' }, 'drop'],
  ['another UID under its name is another capture', present('other'), 'drop'],
  ['one of another node is none of ours', present('a', undefined, 'gpu-b'), 'drop'],
  ['one that was ended is stopped', present('a', 'Failed'), 'stop'],
  ['one that was cancelled is stopped', present('a', 'Cancelled'), 'stop'],
  ['one that is open goes on', present('a', 'Running'), 'run'],
  ['one without a status goes on', present('a'), 'run'],
] as const) {
  test(title, (t) => {
    t.is(judge(observed, 'a', 'gpu-a'), verdict);
  });
}
