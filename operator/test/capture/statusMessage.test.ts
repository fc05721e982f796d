import type { NodeCaptureStatus } from '@nicdiag/api';
import { findCondition } from '@nicdiag/kube';
import test from 'ava';
import { eventsOf } from '../../src/capture/events.ts';
import { createFold } from '../../src/capture/fold.ts';
import { composeStatus } from '../../src/capture/status.ts';
import { capture, record, startMs } from '../fixtures.ts';

const done: NodeCaptureStatus = { state: 'Succeeded', reason: 'Succeeded' };
const refused: NodeCaptureStatus = {
  state: 'Partial',
  devices: [{ pciAddress: '0000:03:00.0', state: 'Partial', reason: 'ItemErrors' }],
};
const lost: NodeCaptureStatus = { state: 'Failed', reason: 'AgentLost' };
const limited: NodeCaptureStatus = { state: 'Unsupported', reason: 'DeviceUnsupported' };
const late: NodeCaptureStatus = { state: 'Failed', reason: 'DeadlineExceeded' };

const seeFailures = '; see status.failures';
const seeNode = (node: string) => `; not supported on ${node} (DeviceUnsupported), see its NodeCapture`;

const CASES: ReadonlyArray<readonly [NodeCaptureStatus[], reason: string, message: string]> = [
  [[done], 'AllSucceeded', 'the node did everything'],
  [[done, done], 'AllSucceeded', 'all 2 nodes did everything'],
  [[refused], 'Partial', `the node did a part of what was asked${seeFailures}`],
  [[done, lost], 'Partial', `1 of 2 nodes did everything${seeFailures}`],
  [[done, lost, limited], 'Partial', `1 of 3 nodes did everything${seeFailures}${seeNode('n2')}`],
  [[lost], 'AgentLost', `the node did not do what was asked${seeFailures}`],
  [[limited], 'DeviceUnsupported', `the node did not do what was asked${seeNode('n0')}`],
  [[late, late, limited], 'AllFailed', `none of 3 nodes did what was asked${seeFailures}${seeNode('n2')}`],
];

for (const [statuses, reason, message] of CASES) {
  test(`${statuses.map(({ state }) => state).join(', ')}: "${message}"`, (t) => {
    const children = statuses.map((status, at) => record(`n${at}`, status));
    const nodes = children.map(({ nodeName }) => nodeName);
    const status = composeStatus({
      capture: capture(),
      startedAt: new Date(startMs).toISOString(),
      target: { nodes, vanished: 0 },
      fold: createFold(children),
      closed: undefined,
      nowMs: startMs,
    });
    t.like(findCondition(status.conditions, 'Succeeded'), { reason, message });
    t.is(status.failures?.length === 0, !message.includes(seeFailures), 'failures are pointed at when there are some');
    const notes = eventsOf(undefined, status).map(({ note }) => note);
    t.is(notes[0], nodes.length === 1 ? 'the target is 1 node' : `the target is ${nodes.length} nodes`);
    t.is(notes.at(-1), message);
  });
}
