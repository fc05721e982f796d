import type { Condition, DiagnosticCapture } from '@nicdiag/api';
import test from 'ava';
import { captureOutcome } from '../../src/capture/captureOutcome.ts';
import { explainOutcome } from '../../src/capture/explainOutcome.ts';
import { progressLine } from '../../src/capture/progressLine.ts';

function status(
  conditions: Readonly<Record<string, readonly [Condition['status'], string]>>,
  more: object = {},
): Pick<DiagnosticCapture, 'status'> {
  const list = Object.entries(conditions).map(([type, [holds, reason]]) => ({
    ...{ type, status: holds, reason, message: `about ${reason}`, lastTransitionTime: '2026-11-22T12:00:00Z' },
  }));
  return { status: { startedAt: '2026-11-22T12:00:00Z', conditions: list, ...more } };
}

const T = 'True' as const;
const F = 'False' as const;

/** The table of outcomes of the design, with its exit codes. */
for (const [title, capture, expected] of [
  [
    'all done',
    status({ Finished: [T, 'Finished'], Succeeded: [T, 'AllSucceeded'] }),
    { state: 'Succeeded', exitCode: 0, finished: true },
  ],
  [
    'only unsupported besides done ones',
    status({ Finished: [T, 'Finished'], Succeeded: [T, 'WithUnsupported'] }),
    { state: 'Succeeded', exitCode: 0 },
  ],
  [
    'some failed, some done',
    status({ Finished: [T, 'Finished'], Succeeded: [F, 'Partial'] }),
    { state: 'Partial', exitCode: 2 },
  ],
  [
    'nothing done',
    status({ Finished: [T, 'Finished'], Succeeded: [F, 'NoNodeMatches'] }),
    { state: 'Failed', exitCode: 1, reason: 'NoNodeMatches', message: 'about NoNodeMatches' },
  ],
  [
    'cancelled',
    status({ Finished: [T, 'Finished'], Succeeded: [F, 'Cancelled'] }),
    { state: 'Cancelled', exitCode: 4 },
  ],
  [
    'running',
    status({ Finished: [F, 'Running'], Succeeded: ['Unknown', 'Running'] }),
    { state: 'Running', finished: false, reason: 'Running' },
  ],
  ['accepted by nobody yet', {}, { state: 'Pending', finished: false, reason: '' }],
  [
    'sealed',
    status({ Finished: [T, 'Finished'], Succeeded: [T, 'AllSucceeded'], Sealed: [T, 'Sealed'] }),
    { sealed: true },
  ],
] as const) {
  test(`outcome: ${title}`, (t) => {
    t.like(captureOutcome(capture as Pick<DiagnosticCapture, 'status'>), expected);
  });
}

test('progress in one line', (t) => {
  const metadata = { name: 'slow-rail-3', namespace: 'sre' };
  const counts = {
    targeted: 40,
    pending: 0,
    queued: 0,
    running: 2,
    succeeded: 36,
    partial: 0,
    failed: 1,
    unsupported: 1,
    cancelled: 0,
  };
  const running = status(
    { Succeeded: ['Unknown', 'Running'] },
    { progress: '38/40', counts, totalBytes: 1_288_490_188 },
  );
  t.is(
    progressLine({ metadata, ...running }),
    'capture sre/slow-rail-3: Running 38/40 nodes, 2 running, 1 failed, 1 unsupported, 1.2 GiB',
  );
  t.is(progressLine({ metadata }), 'capture sre/slow-rail-3: Pending');
  const sealing = status({ Finished: [T, 'Finished'], Succeeded: [T, 'AllSucceeded'] }, { progress: '3/3' });
  t.is(progressLine({ metadata, ...sealing }), 'capture sre/slow-rail-3: Succeeded 3/3 nodes, being sealed');
});

test('what did not work is told in a sentence and then failure by failure; of what worked nothing', (t) => {
  t.deepEqual(explainOutcome(status({ Finished: [T, 'Finished'], Succeeded: [T, 'AllSucceeded'] })), []);
  t.deepEqual(explainOutcome(status({ Finished: [T, 'Finished'], Succeeded: [T, 'WithUnsupported'] })), [
    'WithUnsupported: about WithUnsupported',
  ]);
  const failures = [
    { node: 'gpu-x', reason: 'NodeNotFound' },
    { node: 'gpu-a', device: '0000:83:00.0', collector: 'link', reason: 'ItemErrors', message: '1 of 4 reads' },
  ];
  t.deepEqual(explainOutcome(status({ Finished: [T, 'Finished'], Succeeded: [F, 'Partial'] }, { failures })), [
    'Partial: about Partial',
    '  gpu-x: NodeNotFound',
    '  gpu-a 0000:83:00.0 link: ItemErrors: 1 of 4 reads',
  ]);
});
