import type { NodeCaptureStatus } from '@nicdiag/api';
import test from 'ava';
import fc from 'fast-check';
import { createFold, type Fold } from '../../src/capture/fold.ts';
import { record } from '../fixtures.ts';

const status: fc.Arbitrary<NodeCaptureStatus | undefined> = fc.option(
  fc.record({
    state: fc.constantFrom('Queued', 'Running', 'Succeeded', 'Partial', 'Failed', 'Unsupported', 'Cancelled'),
    reason: fc.constantFrom('ItemErrors', 'AgentLost', 'DeviceUnsupported'),
    totalBytes: fc.nat(1_000_000),
    storedBytes: fc.nat(100_000),
    devices: fc.array(
      fc.record({
        pciAddress: fc.constantFrom('0000:03:00.0', '0000:83:00.0'),
        state: fc.constantFrom('Succeeded', 'Partial', 'Failed', 'Unsupported'),
        reason: fc.constant('DeviceHung'),
      }),
      { maxLength: 2 },
    ),
  }),
  { nil: undefined },
);
const nodes = Array.from({ length: 6 }, (_, i) => `node-${i}`);
const step = fc.record({ node: fc.constantFrom(...nodes), status, gone: fc.boolean() });

/** Everything a status is made of. */
function sum(fold: Fold): unknown {
  return {
    counts: { ...fold.counts },
    totalBytes: fold.totalBytes,
    storedBytes: fold.storedBytes,
    live: [...fold.live.keys()].sort(),
    reasons: [...fold.failedReasons].sort(),
    failures: fold.failures(),
    unsupported: [...fold.unsupported()].sort(),
    nodes: [...fold.nodeNames()].sort(),
  };
}

test('any sequence of changes folds to the same as the children as they are now, folded from scratch', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const fold = createFold();
      const now = new Map<string, ReturnType<typeof record>>();
      for (const { node, status, gone } of steps) {
        const child = record(node, status);
        if (gone) {
          fold.delete(node);
          now.delete(node);
        } else {
          fold.set(child);
          now.set(node, child);
        }
      }
      t.deepEqual(sum(fold), sum(createFold(now.values())));
    }),
  );
});

test('the worst failures come first: whole nodes, devices, collectors; at most 20', (t) => {
  const failing = Array.from({ length: 30 }, (_, i) =>
    record(`n${String(i).padStart(2, '0')}`, {
      state: 'Partial',
      devices: [
        {
          pciAddress: '0000:03:00.0',
          state: 'Partial',
          collectors: [{ name: 'regs', state: 'Partial', reason: 'ItemErrors', message: 'x'.repeat(500) }],
        },
      ],
    }),
  );
  const device = record('z-device', {
    state: 'Partial',
    devices: [{ pciAddress: '0000:03:00.0', state: 'Failed', reason: 'DeviceHung' }],
  });
  const whole = record('z-node', { state: 'Failed', reason: 'AgentLost', message: 'gone' });
  const failures = createFold([...failing, device, whole]).failures();
  t.is(failures.length, 20);
  t.deepEqual(failures[0], { node: 'z-node', reason: 'AgentLost', message: 'gone' });
  t.deepEqual(failures[1], { node: 'z-device', device: '0000:03:00.0', reason: 'DeviceHung' });
  t.like(failures[2], { node: 'n00', collector: 'regs', reason: 'ItemErrors' });
  t.is(failures[2]?.message?.length, 256);
});

test('an unsupported device is a result, no failure', (t) => {
  const fold = createFold([
    record('a', {
      state: 'Succeeded',
      reason: 'WithUnsupported',
      devices: [{ pciAddress: '0000:03:00.0', state: 'Unsupported', reason: 'DeviceUnsupported' }],
    }),
    record('b', { state: 'Unsupported', reason: 'Unsupported' }),
  ]);
  t.deepEqual(fold.failures(), []);
  t.deepEqual(
    fold.unsupported(),
    new Map([
      ['a', 'DeviceUnsupported'],
      ['b', 'Unsupported'],
    ]),
  );
});
