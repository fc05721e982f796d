import test from 'ava';
import { createFolds } from '../../src/capture/folds.ts';
import { childRecord } from '../../src/records/child.ts';
import { capture, child, record } from '../fixtures.ts';

const other = '99999999-2222-3333-4444-555555555555';

/** NodeCaptures that name the capture without being made by the operator. */
const foreign = {
  'whose owner is another capture': {
    metadata: { ownerReferences: [{ apiVersion: '', kind: 'DiagnosticCapture', name: 'x', uid: other }] },
  },
  'without an owner': { metadata: { ownerReferences: [] } },
  'whose label names another capture': { metadata: { labels: { 'nicdiag.dev/capture-uid': other } } },
  'whose name belongs to another node': { metadata: { name: 'slow-rail-0000000000000000' } },
  'in another namespace': { metadata: { namespace: 'elsewhere' } },
  'with another collector': {
    spec: { collectors: [{ name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Both' } }] },
  },
  'with a later deadline': { spec: { deadline: '2036-01-01T00:00:00.000Z' } },
  'with other devices': { spec: { devices: { functions: ['PF', 'VF'], linkState: 'Any' } } },
} as const;

for (const [name, change] of Object.entries(foreign)) {
  test(`a NodeCapture ${name} is not folded, and told once`, (t) => {
    const mine = child('a', { state: 'Succeeded' });
    const odd = childRecord({
      ...mine,
      metadata: { ...mine.metadata, ...('metadata' in change ? change.metadata : {}) },
      spec: { ...mine.spec, ...('spec' in change ? change.spec : {}) },
    } as never);
    const told: string[] = [];
    const folds = createFolds({ childrenOf: () => [odd, record('b')], onForeign: (_, why) => told.push(why) });
    t.deepEqual([...folds.of(capture()).nodeNames()], ['b']);
    folds.onChild({ type: 'updated', key: odd.key, record: odd, previous: odd });
    t.deepEqual([...folds.of(capture()).nodeNames()], ['b']);
    t.false(folds.isOurs(odd, capture()));
    t.is(told.length, 1);
  });
}

test('a fold follows its children', (t) => {
  const folds = createFolds({ childrenOf: () => [], onForeign: () => t.fail() });
  const fold = folds.of(capture());
  const queued = record('a');
  const done = record('a', { state: 'Succeeded', totalBytes: 7 });
  folds.onChild({ type: 'added', key: queued.key, record: queued });
  t.is(fold.counts.queued, 1);
  folds.onChild({ type: 'updated', key: done.key, record: done, previous: queued });
  t.deepEqual([fold.counts.queued, fold.counts.succeeded, fold.totalBytes], [0, 1, 7]);
  folds.onChild({ type: 'deleted', key: done.key, record: done });
  t.deepEqual([...fold.nodeNames()], []);
});

test('a capture that has not been accepted has no children', (t) => {
  const folds = createFolds({ childrenOf: () => [record('a')], onForeign: () => {} });
  t.deepEqual([...folds.of(capture({}, null)).nodeNames()], []);
});
