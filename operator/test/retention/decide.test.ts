import test from 'ava';
import { childrenKeptMs, decideRetention } from '../../src/retention/decide.ts';
import { capture, startMs } from '../fixtures.ts';

const finishedAt = new Date(startMs).toISOString();
const sealed = {
  type: 'Sealed',
  status: 'True' as const,
  reason: 'Sealed',
  message: '',
  lastTransitionTime: finishedAt,
};
const hour = 3_600_000;

for (const [name, spec, status, hasChildren, nowMs, expected] of [
  ['a capture at work', {}, {}, true, startMs + 999 * hour, [false, false, undefined]],
  ['before the time to live', {}, { finishedAt }, false, startMs, [false, false, startMs + 168 * hour]],
  ['at the time to live', {}, { finishedAt }, false, startMs + 168 * hour, [true, false, undefined]],
  ['held', { hold: true }, { finishedAt }, false, startMs + 9999 * hour, [false, false, undefined]],
  ['a short time to live', { ttlAfterFinished: '1s' }, { finishedAt }, false, startMs + 1000, [true, false, undefined]],
  ['children, not sealed', {}, { finishedAt }, true, startMs + 2 * hour, [false, false, startMs + 168 * hour]],
  [
    'children, sealed just now',
    {},
    { finishedAt, conditions: [sealed] },
    true,
    startMs,
    [false, false, startMs + childrenKeptMs],
  ],
  [
    'children, sealed an hour ago',
    {},
    { finishedAt, conditions: [sealed] },
    true,
    startMs + childrenKeptMs,
    [false, true, startMs + 168 * hour],
  ],
  [
    'held children go all the same',
    { hold: true },
    { finishedAt, conditions: [sealed] },
    true,
    startMs + childrenKeptMs,
    [false, true, undefined],
  ],
] as const) {
  test(`${name}`, (t) => {
    const given = capture(
      { retention: { ttlAfterFinished: '168h', hold: false, ...spec } },
      structuredClone(status) as never,
    );
    const plan = decideRetention(given, { hasChildren, nowMs });
    t.deepEqual([plan.deleteCapture, plan.deleteChildren, plan.wakeMs], [...expected]);
  });
}
