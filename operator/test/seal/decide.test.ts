import type { NodeCounts } from '@nicdiag/api';
import test from 'ava';
import { decideSeal, lastResealMs } from '../../src/seal/decide.ts';
import { mayGetEvidence, sealedNodes } from '../../src/seal/nodes.ts';
import { capture, record, startMs } from '../fixtures.ts';

const finishedAt = new Date(startMs).toISOString();
const sealed = {
  type: 'Sealed',
  status: 'True' as const,
  reason: 'Sealed',
  message: '',
  lastTransitionTime: finishedAt,
};
const firstResealMs = 300_000;
const input = { evidenceMayCome: false, firstResealMs, lastSealMs: undefined, nowMs: startMs };

test('a capture at work is not sealed, a finished one is, a sealed one is not again', (t) => {
  t.deepEqual(decideSeal(capture(), input), { ask: undefined });
  t.deepEqual(decideSeal(capture({}, { finishedAt }), input), { ask: 'first' });
  t.deepEqual(decideSeal(capture({}, { finishedAt, conditions: [sealed] }), input), { ask: undefined });
});

test('a seal that is not written down yet is not asked for a second time', (t) => {
  t.deepEqual(decideSeal(capture({}, { finishedAt }), { ...input, lastSealMs: startMs }), { ask: undefined });
});

test('while late evidence may come the store is asked again, ever more rarely', (t) => {
  const finished = capture({}, { finishedAt, conditions: [sealed] });
  const late = { ...input, evidenceMayCome: true };
  t.deepEqual(decideSeal(finished, late), { ask: undefined, wakeMs: startMs + firstResealMs });
  t.deepEqual(decideSeal(finished, { ...late, nowMs: startMs + firstResealMs }), { ask: 'again' });
  const hour = 3_600_000;
  for (const [askedMs, intervalMs] of [
    [firstResealMs, firstResealMs],
    [hour, hour / 4],
    [100 * hour, lastResealMs],
  ] as const) {
    const lastSealMs = startMs + askedMs;
    const wakeMs = lastSealMs + intervalMs;
    t.deepEqual(decideSeal(finished, { ...late, lastSealMs, nowMs: wakeMs - 1 }), { ask: undefined, wakeMs });
    t.deepEqual(decideSeal(finished, { ...late, lastSealMs, nowMs: wakeMs }), { ask: 'again' });
  }
});

for (const [title, children, succeeded, targeted, may] of [
  ['a node was cut off', [{ reason: 'AgentLost' }, { reason: 'Succeeded' }], 'False', 2, true],
  ['nodes failed, and said so themselves', [{ reason: 'DeviceHung' }], 'False', 1, false],
  ['its NodeCaptures are gone and it had failures', [], 'False', 1, true],
  ['its NodeCaptures are gone and all was well', [], 'True', 1, false],
  ['it never had a node', [], 'False', 0, false],
] as const) {
  test(`a capture ${may ? 'may' : 'will not'} get late evidence when ${title}`, (t) => {
    const condition = { ...sealed, type: 'Succeeded', status: succeeded };
    const counts = { targeted } as NodeCounts;
    t.is(mayGetEvidence(capture({}, { finishedAt, conditions: [condition], counts }), children), may);
  });
}

test('the seal names every node, those whose turn never came included', (t) => {
  const children = [record('a', { state: 'Succeeded' }), record('b', { state: 'Failed', reason: 'AgentLost' })];
  t.deepEqual(sealedNodes(children, ['c'], true), [
    { name: 'a', state: 'Succeeded' },
    { name: 'b', state: 'Failed', reason: 'AgentLost' },
    { name: 'c', state: 'Cancelled', reason: 'Cancelled' },
  ]);
  t.like(sealedNodes([], ['c'], false)[0], { state: 'Failed', reason: 'DeadlineExceeded' });
});
