import type { DiagnosticCapture, NodeCapture } from '@nicdiag/api';
import type { Stored } from '@nicdiag/kube';
import test from 'ava';
import { describeCapture } from '../../src/commands/describe.ts';

const metadata = {
  namespace: 'sre',
  name: 'rail',
  uid: 'u-1',
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
};
const NOW = Date.parse('2026-01-01T00:05:00Z');

function condition(type: string, status: 'True' | 'False', reason: string, message: string) {
  return { type, status, reason, message, lastTransitionTime: '2026-01-01T00:01:00Z' };
}

const capture = {
  apiVersion: 'nicdiag.dev/v1alpha1',
  kind: 'DiagnosticCapture',
  metadata,
  spec: {
    collectors: [{ name: 'link', type: 'LinkDiagnostics' }],
    impact: 'ReadOnly',
    deadline: '10m',
  },
  status: {
    progress: '2/2',
    totalBytes: 2048,
    storedBytes: 512,
    startedAt: '2026-01-01T00:00:01Z',
    failures: [{ node: 'b', device: '0000:03:00.0', reason: 'DeviceHung', message: 'no answer' }],
    conditions: [
      condition('Finished', 'True', 'Finished', 'Every node has ended.'),
      condition('Succeeded', 'False', 'Partial', '1 of 2 nodes did not do everything.'),
    ],
  },
} as unknown as Stored<DiagnosticCapture>;

const children = [
  {
    spec: { nodeName: 'b' },
    status: {
      state: 'Failed',
      reason: 'DeviceHung',
      devices: [
        {
          pciAddress: '0000:03:00.0',
          state: 'Failed',
          reason: 'DeviceHung',
          message: 'no answer',
          items: 3,
          itemErrors: 1,
        },
      ],
    },
  },
  { spec: { nodeName: 'a' }, status: { state: 'Succeeded', reason: 'Succeeded', totalBytes: 2048, devices: [] } },
] as unknown as NodeCapture[];

test('a capture that was done in part: facts, nodes by name, what was not done, what the reasons mean', (t) => {
  const text = describeCapture(capture, children, NOW);
  t.regex(
    text,
    /^Name: {8}sre\/rail\nUID: {9}u-1\nAge: {9}5m\nState: {7}Partial \(Partial\)\nMessage: {5}1 of 2 nodes/,
  );
  t.regex(text, /Bytes: {7}2\.0 KiB, stored 512 B\n/);
  t.regex(text, /\n {2}NODE +STATE .*\n {2}a +Succeeded .*\n {2}b +Failed +DeviceHung +1 +3 +1 +<none>\n/);
  t.regex(text, /Not done\n {2}b 0000:03:00\.0: DeviceHung: no answer\n/);
  t.regex(
    text,
    /What the reasons mean\n {2}Partial\n {4}.+\n {4}Check: .+\n {2}DeviceHung\n {4}A command did not come back/,
  );
  t.notRegex(text, /\n {2}Succeeded\n {4}/, 'nothing is to be explained of what went well');
  t.regex(text, /What it brought: kubectl nicdiag download rail -n sre\n$/);
});

test('without NodeCaptures the capture says itself what was not done', (t) => {
  t.regex(describeCapture(capture, [], NOW), /Not done\n {2}b 0000:03:00\.0: DeviceHung: no answer\n/);
});
