import type { DiagnosticCaptureStatus } from '@nicdiag/api';
import test from 'ava';
import { eventsOf } from '../../src/capture/events.ts';

const counts = {
  targeted: 2,
  pending: 0,
  queued: 0,
  running: 0,
  succeeded: 0,
  partial: 0,
  failed: 2,
  unsupported: 0,
  cancelled: 0,
};
const condition = (type: string, status: 'True' | 'False', reason: string) => ({
  type,
  status,
  reason,
  message: 'why',
  lastTransitionTime: '',
});
const started: DiagnosticCaptureStatus = { startedAt: 'x', counts };

test('acceptance is told once', (t) => {
  t.deepEqual(
    eventsOf(undefined, started).map((event) => event.reason),
    ['Accepted'],
  );
  t.deepEqual(eventsOf(started, started), []);
});

test('failures that came between two writes are told together, each once', (t) => {
  const one = { ...started, failures: [{ node: 'a', reason: 'AgentLost' }] };
  const three = {
    ...one,
    failures: [
      ...one.failures,
      { node: 'b', device: '0000:03:00.0', reason: 'DeviceHung' },
      { node: 'c', reason: 'NodeDeleted' },
    ],
  };
  t.deepEqual(
    eventsOf(one, three).map(({ type, reason, note }) => [type, reason, note]),
    [['Warning', 'NodeFailed', 'b 0000:03:00.0: DeviceHung; c: NodeDeleted']],
  );
});

for (const [status, reason, expected] of [
  ['True', 'AllSucceeded', 'Normal AllSucceeded'],
  ['False', 'Partial', 'Warning Partial'],
  ['False', 'AgentMissing', 'Warning AllFailed'],
] as const) {
  test(`an end with ${reason} is the event ${expected}`, (t) => {
    const events = eventsOf(started, {
      ...started,
      finishedAt: 'y',
      conditions: [condition('Succeeded', status, reason)],
    });
    t.deepEqual(
      events.map((event) => `${event.type} ${event.reason}`),
      [expected],
    );
  });
}

test('a seal that fails is told when it begins to fail', (t) => {
  const failing = { ...started, conditions: [condition('Sealed', 'False', 'SealFailed')] };
  t.deepEqual(
    eventsOf(started, failing).map((event) => event.reason),
    ['SealFailed'],
  );
  t.deepEqual(eventsOf(failing, failing), []);
});
