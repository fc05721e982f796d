import type { DiagnosticCapture, NodeCaptureStatus } from '@nicdiag/api';
import { findCondition, type Stored } from '@nicdiag/kube';
import test from 'ava';
import { decideCapture, type Observation } from '../../src/capture/decide.ts';
import { lastWordMs } from '../../src/capture/endings.ts';
import { createFold } from '../../src/capture/fold.ts';
import type { NodeView } from '../../src/capture/nodeView.ts';
import { capture, record, startMs } from '../fixtures.ts';

const ready: NodeView = { node: { uid: 'u', createdMs: 0 }, agent: { ready: true }, collectors: undefined };
const tenMinutes = 600_000;
const target = { nodes: ['a', 'b', 'c'], vanished: 0 };

function observation(
  of: Stored<DiagnosticCapture>,
  children: Record<string, NodeCaptureStatus | undefined> = {},
): Observation {
  return {
    capture: of,
    target,
    fold: createFold(Object.entries(children).map(([node, status]) => record(node, status, of))),
    view: () => ready,
    assignedMs: () => startMs + 1_000,
    blocked: () => false,
    seal: undefined,
    nowMs: startMs + 2_000,
  };
}

const conditions = (status: DiagnosticCapture['status']) =>
  Object.fromEntries((status?.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]));

test('a new capture is accepted first: nothing is created before the start is written down', (t) => {
  const plan = decideCapture({ ...observation(capture({}, null)), nowMs: startMs });
  t.deepEqual(plan.fanOut, { start: [], refuse: [], more: false });
  t.is(plan.status.startedAt, '2026-01-01T00:00:00.000Z');
  t.deepEqual(plan.status.counts, {
    targeted: 3,
    pending: 3,
    queued: 0,
    running: 0,
    succeeded: 0,
    partial: 0,
    failed: 0,
    unsupported: 0,
    cancelled: 0,
  });
  t.deepEqual(conditions(plan.status), {
    Accepted: 'True Accepted',
    Finished: 'False Pending',
    Succeeded: 'Unknown Pending',
    Sealed: 'False Pending',
    Ready: 'False Pending',
    Reconciling: 'True Pending',
    Stalled: 'False Pending',
  });
});

test('a target of no node finishes at once, stalled for kstatus', (t) => {
  const plan = decideCapture({ ...observation(capture({}, null)), target: { nodes: [], vanished: 0 } });
  t.is(plan.status.progress, '0/0');
  t.truthy(plan.status.finishedAt);
  t.deepEqual(conditions(plan.status), {
    Accepted: 'True Accepted',
    Finished: 'True Finished',
    Succeeded: 'False NoNodeMatches',
    Sealed: 'False Sealing',
    Ready: 'False NoNodeMatches',
    Reconciling: 'False Finished',
    Stalled: 'True NoNodeMatches',
  });
});

test('an accepted capture fans out under maxNodes and wakes for its next deadline', (t) => {
  const plan = decideCapture(observation(capture({ parallelism: { maxNodes: 2 } }), { a: { state: 'Running' } }));
  t.deepEqual(plan.fanOut.start, ['b']);
  t.is(plan.wakeMs, startMs + 1_000 + 120_000 + lastWordMs);
  t.is(plan.status.progress, '0/3');
  t.deepEqual(conditions(plan.status)['Finished'], 'False Running');
});

test('a finished capture tells what it came to', (t) => {
  const plan = decideCapture(
    observation(capture(), {
      a: { state: 'Succeeded', totalBytes: 10, storedBytes: 1 },
      b: {
        state: 'Succeeded',
        reason: 'WithUnsupported',
        devices: [{ pciAddress: '0000:03:00.0', state: 'Unsupported', reason: 'DeviceUnsupported' }],
      },
      c: { state: 'Unsupported', reason: 'DeviceUnsupported' },
    }),
  );
  t.is(plan.status.progress, '3/3');
  t.is(plan.status.finishedAt, new Date(startMs + 2_000).toISOString());
  const succeeded = findCondition(plan.status.conditions, 'Succeeded');
  t.is(`${succeeded?.status} ${succeeded?.reason}`, 'True WithUnsupported');
  t.is(
    succeeded?.message,
    'everything that is possible is there; not supported on b (DeviceUnsupported), c (DeviceUnsupported)',
  );
});

test('cancelled: nothing more starts, what never began counts as cancelled, agents at work end it themselves', (t) => {
  const running = decideCapture(observation(capture({ cancel: true }), { a: { state: 'Running' } }));
  t.deepEqual(running.fanOut.start, []);
  t.deepEqual(running.end, []);
  t.like(running.status.counts, { pending: 0, running: 1, cancelled: 2 });
  t.is(running.status.finishedAt, undefined);
  const ended = decideCapture(
    observation(capture({ cancel: true }), { a: { state: 'Cancelled', reason: 'Cancelled' } }),
  );
  t.is(conditions(ended.status)['Succeeded'], 'False Cancelled');
});

test('at the deadline nodes that never began fail with that reason, and the capture ends once the last word is heard', (t) => {
  const late = {
    ...observation(capture(), { a: { state: 'Running' } }),
    assignedMs: () => startMs + tenMinutes - 1,
    nowMs: startMs + tenMinutes,
  };
  const waiting = decideCapture(late);
  t.deepEqual(waiting.end, []);
  t.is(waiting.status.finishedAt, undefined);
  const over = decideCapture({ ...late, nowMs: startMs + tenMinutes + lastWordMs });
  t.is(over.end[0]?.ending.reason, 'DeadlineExceeded');
  const ended = decideCapture({
    ...observation(capture(), { a: { state: 'Succeeded' } }),
    nowMs: startMs + tenMinutes,
  });
  t.is(conditions(ended.status)['Succeeded'], 'False Partial');
  t.like(ended.status.counts, { succeeded: 1, failed: 2, pending: 0 });
  t.deepEqual(
    ended.status.failures?.map((failure) => `${failure.node} ${failure.reason}`),
    ['b DeadlineExceeded', 'c DeadlineExceeded'],
  );
});

test('the states always add up to the target', (t) => {
  for (const closed of [{}, { cancel: true }]) {
    const { status } = decideCapture({
      ...observation(capture(closed), { a: { state: 'Partial' } }),
      target: { ...target, vanished: 2 },
    });
    const { targeted, ...states } = status.counts!;
    t.is(targeted, 5);
    t.is(
      Object.values(states).reduce((sum, count) => sum + count, 0),
      5,
    );
  }
});

test('a finished capture never runs again; an edit moves observedGeneration, a seal adds the manifest', (t) => {
  const finished = decideCapture(
    observation(capture(), { a: { state: 'Succeeded' }, b: { state: 'Succeeded' }, c: { state: 'Succeeded' } }),
  ).status;
  const edited = capture({ cancel: true }, finished);
  edited.metadata.generation = 2;
  const seal = { digest: `sha256:${'a'.repeat(64)}`, sizeBytes: 5 };
  const plan = decideCapture({ ...observation(edited), target: undefined, seal });
  t.deepEqual([plan.end, plan.fanOut.start, plan.wakeMs], [[], [], undefined]);
  t.is(plan.status.observedGeneration, 2);
  t.true(plan.status.conditions?.every((condition) => condition.observedGeneration === 2));
  t.deepEqual(plan.status.manifest, seal);
  t.is(conditions(plan.status)['Sealed'], 'True Sealed');
  t.is(conditions(plan.status)['Succeeded'], 'True AllSucceeded');
  t.is(plan.status.finishedAt, finished.finishedAt);
});

test('a seal that fails is told, and does not undo one that succeeded', (t) => {
  const error = { error: 'the store is away' };
  const failed = decideCapture({
    ...observation(capture({}, { finishedAt: 'x', conditions: [] })),
    target: undefined,
    seal: error,
  });
  t.is(conditions(failed.status)['Sealed'], 'False SealFailed');
  const manifest = { digest: 'sha256:0', sizeBytes: 1 };
  const kept = decideCapture({
    ...observation(capture({}, { finishedAt: 'x', conditions: [], manifest })),
    target: undefined,
    seal: error,
  });
  t.deepEqual(conditions(kept.status), {});
});

test('deciding twice about the same gives the same, and leaves nothing to write', (t) => {
  const seen = observation(capture(), { a: { state: 'Running' }, b: { state: 'Failed', reason: 'AgentLost' } });
  const first = decideCapture(seen).status;
  const again = decideCapture({ ...seen, capture: capture({}, first), nowMs: seen.nowMs + 30_000 }).status;
  t.deepEqual(again, first);
});
