import test from 'ava';
import { type Condition, setCondition } from '../src/index.ts';

const before: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'Running',
  message: '1/2',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
};
const other: Condition = { ...before, type: 'Stalled' };
const now = '2026-01-01T00:05:00Z';

test('lastTransitionTime moves with status only', (t) => {
  const { lastTransitionTime: _, ...same } = before;
  for (const [change, time] of [
    [{ reason: 'Queued' }, before.lastTransitionTime],
    [{ message: '2/2' }, before.lastTransitionTime],
    [{ observedGeneration: 2 }, before.lastTransitionTime],
    [{ status: 'True' as const }, now],
  ] as const) {
    const [ready, stalled] = setCondition([before, other], { ...same, ...change }, now);
    t.deepEqual(ready, { ...before, ...change, lastTransitionTime: time });
    t.is(stalled, other);
  }
});

test('nothing changed: the same array, so that a writer can see there is nothing to write', (t) => {
  const conditions = [before];
  const { lastTransitionTime: _, ...same } = before;
  t.is(setCondition(conditions, same, now), conditions);
});

test('a new condition is appended with the time of now', (t) => {
  t.deepEqual(setCondition([], { type: 'Ready', status: 'True', reason: 'Done', message: '' }, now), [
    { type: 'Ready', status: 'True', reason: 'Done', message: '', lastTransitionTime: now },
  ]);
});
