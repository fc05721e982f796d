import test from 'ava';
import fc from 'fast-check';
import { decideOutcome, type Tally } from '../../src/capture/outcome.ts';

const none: Tally = {
  targeted: 0,
  succeeded: 0,
  partial: 0,
  failed: 0,
  unsupported: 0,
  cancelled: 0,
  withUnsupported: 0,
  reasons: new Set(),
};

for (const [name, tally, succeeded, reason] of [
  ['no node', {}, 'False', 'NoNodeMatches'],
  ['all succeeded', { succeeded: 3 }, 'True', 'AllSucceeded'],
  ['succeeded, a device unsupported', { succeeded: 3, withUnsupported: 1 }, 'True', 'WithUnsupported'],
  ['succeeded and unsupported nodes', { succeeded: 2, unsupported: 1, withUnsupported: 1 }, 'True', 'WithUnsupported'],
  ['some failed', { succeeded: 2, failed: 1, reasons: new Set(['AgentLost']) }, 'False', 'Partial'],
  ['one node, partial', { partial: 1 }, 'False', 'Partial'],
  ['partial and unsupported', { partial: 1, unsupported: 1 }, 'False', 'Partial'],
  ['all failed for one reason', { failed: 3, reasons: new Set(['AgentMissing']) }, 'False', 'AgentMissing'],
  [
    'all failed for several reasons',
    { failed: 3, reasons: new Set(['AgentMissing', 'NodeNotFound']) },
    'False',
    'AllFailed',
  ],
  ['all failed for a reason nobody knows', { failed: 1, reasons: new Set(['FutureReason']) }, 'False', 'AllFailed'],
  [
    'all unsupported',
    { unsupported: 2, withUnsupported: 2, reasons: new Set(['DeviceUnsupported']) },
    'False',
    'DeviceUnsupported',
  ],
  ['one cancelled among succeeded', { succeeded: 2, cancelled: 1 }, 'False', 'Cancelled'],
] as const) {
  test(`${name}: Succeeded=${succeeded}, ${reason}`, (t) => {
    const counted = { ...none, ...tally };
    const targeted = counted.succeeded + counted.partial + counted.failed + counted.unsupported + counted.cancelled;
    t.deepEqual(decideOutcome({ ...counted, targeted }), { succeeded, reason });
  });
}

test('Succeeded is True exactly when something was done and nothing went wrong', (t) => {
  const few = fc.nat(3);
  fc.assert(
    fc.property(
      fc.record({ succeeded: few, partial: few, failed: few, unsupported: few, cancelled: few }),
      (counts) => {
        const targeted = Object.values(counts).reduce((sum, count) => sum + count, 0);
        const outcome = decideOutcome({
          ...counts,
          targeted,
          withUnsupported: counts.unsupported,
          reasons: new Set(['Failed']),
        });
        const good = counts.succeeded > 0 && counts.partial + counts.failed + counts.cancelled === 0;
        return (outcome.succeeded === 'True') === good;
      },
    ),
  );
  t.pass();
});
