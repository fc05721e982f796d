import type { NodeSelector } from '@nicdiag/api';
import test from 'ava';
import { matchesSelector, selectorText } from '../../src/capture/labelSelector.ts';

const labels = { pool: 'h200', zone: 'z1', 'nvidia.com/gpu': '' };

const cases: readonly [NodeSelector, boolean, string][] = [
  [{ matchLabels: { pool: 'h200' } }, true, 'pool=h200'],
  [{ matchLabels: { pool: 'h200', zone: 'z2' } }, false, 'pool=h200,zone=z2'],
  [{ matchLabels: { toString: 'x' } }, false, 'toString=x'],
  [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['z1', 'z2'] }] }, true, 'zone in (z1,z2)'],
  [{ matchExpressions: [{ key: 'rack', operator: 'In', values: ['r1'] }] }, false, 'rack in (r1)'],
  [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['z1'] }] }, false, 'zone notin (z1)'],
  [{ matchExpressions: [{ key: 'rack', operator: 'NotIn', values: ['r1'] }] }, true, 'rack notin (r1)'],
  [{ matchExpressions: [{ key: 'nvidia.com/gpu', operator: 'Exists' }] }, true, 'nvidia.com/gpu'],
  [{ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, false, 'constructor'],
  [{ matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, false, '!zone'],
  [
    { matchLabels: { pool: 'h200' }, matchExpressions: [{ key: 'rack', operator: 'DoesNotExist' }] },
    true,
    'pool=h200,!rack',
  ],
];

for (const [selector, matches, text] of cases) {
  test(`a node with pool=h200, zone=z1 ${matches ? 'matches' : 'does not match'} ${text}`, (t) => {
    t.is(matchesSelector(labels, selector), matches);
    t.is(selectorText(selector), text);
  });
}
