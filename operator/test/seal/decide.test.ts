import test from 'ava';
import { decideSeal, resealMs } from '../../src/seal/decide.ts';
import { sealedNodes } from '../../src/seal/nodes.ts';
import { capture, record, startMs } from '../fixtures.ts';

const finishedAt = new Date(startMs).toISOString();
const sealed = {
  type: 'Sealed',
  status: 'True' as const,
  reason: 'Sealed',
  message: '',
  lastTransitionTime: finishedAt,
};
const input = { evidenceMayCome: false, lastSealMs: undefined, nowMs: startMs };

test('a capture at work is not sealed, a finished one is, a sealed one is not again', (t) => {
  t.deepEqual(decideSeal(capture(), input), { seal: false });
  t.deepEqual(decideSeal(capture({}, { finishedAt }), input), { seal: true });
  t.deepEqual(decideSeal(capture({}, { finishedAt, conditions: [sealed] }), input), { seal: false });
});

test('a seal that is not written down yet is not asked for a second time', (t) => {
  t.deepEqual(decideSeal(capture({}, { finishedAt }), { ...input, lastSealMs: startMs }), { seal: false });
});

test('while late evidence may come it is sealed again now and then', (t) => {
  const late = { ...input, evidenceMayCome: true };
  t.deepEqual(decideSeal(capture({}, { finishedAt, conditions: [sealed] }), late), {
    seal: false,
    wakeMs: startMs + resealMs,
  });
  t.deepEqual(decideSeal(capture({}, { finishedAt, conditions: [sealed] }), { ...late, nowMs: startMs + resealMs }), {
    seal: true,
  });
});

test('the seal names every node, those whose turn never came included', (t) => {
  const children = [record('a', { state: 'Succeeded' }), record('b', { state: 'Failed', reason: 'AgentLost' })];
  t.deepEqual(sealedNodes(children, ['c'], true), [
    { name: 'a', state: 'Succeeded' },
    { name: 'b', state: 'Failed', reason: 'AgentLost' },
    { name: 'c', state: 'Cancelled', reason: 'Cancelled' },
  ]);
  t.like(sealedNodes([], ['c'], false)[0], { state: 'Failed', reason: 'DeadlineExceeded' });
});
