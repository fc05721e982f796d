import test from 'ava';
import { admitNode } from '../../src/capture/admission.ts';
import { agentGraceMs, type NodeView } from '../../src/capture/nodeView.ts';

const nowMs = 1_000_000;
const context = { nodeName: 'a', named: true, collectors: [{ type: 'RegisterDump' as const }], nowMs };
const view: NodeView = { node: { uid: 'u', createdMs: 0 }, agent: { ready: true }, collectors: ['RegisterDump'] };

for (const [name, given, named, expected] of [
  ['a Ready agent', view, true, 'start'],
  ['an agent that has not described itself', { ...view, collectors: undefined }, true, 'start'],
  ['a named node that does not exist', { ...view, node: undefined }, true, 'NodeNotFound'],
  ['a selected node that was deleted meanwhile', { ...view, node: undefined }, false, 'NodeDeleted'],
  ['no agent, never one', { ...view, agent: { ready: false } }, true, 'AgentMissing'],
  [
    'an agent that went away a second ago',
    { ...view, agent: { ready: false, awaySinceMs: nowMs - 1_000 } },
    true,
    'wait',
  ],
  [
    'an agent that is away for longer',
    { ...view, agent: { ready: false, awaySinceMs: nowMs - agentGraceMs } },
    true,
    'AgentMissing',
  ],
  ['an agent without the collector', { ...view, collectors: ['CapabilityDump'] }, true, 'AgentTooOld'],
] as const) {
  test(`a node with ${name}: ${expected}`, (t) => {
    const admission = admitNode(given, { ...context, named });
    t.is(admission.type === 'refuse' ? admission.reason : admission.type, expected);
  });
}

test('a node that waits is looked at again exactly when its agent counts as missing', (t) => {
  const admission = admitNode({ ...view, agent: { ready: false, awaySinceMs: nowMs - 1_000 } }, context);
  t.deepEqual(admission, { type: 'wait', untilMs: nowMs - 1_000 + agentGraceMs });
});
