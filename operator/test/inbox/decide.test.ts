import test from 'ava';
import { decideInbox, type InboxInput } from '../../src/inbox/decide.ts';

const child = { uid: 'c', namespace: 'x', name: 'c', createdMs: 0, state: undefined, deleting: false };
const assignment = { uid: 'c', namespace: 'x', name: 'c', cancel: false, assignedAt: '1970-01-01T00:00:00.000Z' };
const inbox = { name: 'a', uid: 'i', generation: 4, ownerUid: 'n', assignments: [assignment], collectors: undefined };
const base: InboxInput = {
  node: { uid: 'n' },
  inbox,
  children: [child],
  cancelled: () => false,
  admitted: () => true,
  rememberedAt: () => undefined,
  nowMs: 0,
};

for (const [name, given, expected] of [
  ['says what it should', {}, { type: 'none' }],
  ['is not there and there is work', { inbox: undefined }, { type: 'create', nodeUid: 'n', assignments: [assignment] }],
  ['is not there and there is no work', { inbox: undefined, children: [] }, { type: 'none' }],
  ['is not there and neither is the Node', { inbox: undefined, node: undefined }, { type: 'none' }],
  [
    'holds work that has ended',
    { children: [{ ...child, state: 'Failed' }] },
    { type: 'patch', generation: 4, assignments: [] },
  ],
  [
    'holds work that is cancelled',
    { cancelled: () => true },
    { type: 'patch', generation: 4, assignments: [{ ...assignment, cancel: true }] },
  ],
  ['belongs to a Node that was deleted', { node: { uid: 'other' } }, { type: 'delete', uid: 'i' }],
  ['outlives its Node, with work that has not been ended yet', { node: undefined }, { type: 'none' }],
  ['outlives its Node', { node: undefined, children: [] }, { type: 'delete', uid: 'i' }],
] as const) {
  test(`an inbox that ${name}: ${expected.type}`, (t) => {
    t.deepEqual(decideInbox({ ...base, ...(given as Partial<InboxInput>) }), expected as never);
  });
}
