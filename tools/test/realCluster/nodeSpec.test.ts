import test from 'ava';
import { labelsOf, nodeSpecs } from '../../src/realCluster/nodeSpec.ts';

test('three nodes are the three hosts of the demo, and from the fourth on they come again', (t) => {
  t.deepEqual(
    nodeSpecs(4).map(({ name, profile }) => `${name}=${profile}`),
    ['gpu-a=gpu-a', 'gpu-b=gpu-b', 'gpu-c=gpu-c', 'gpu-d=gpu-a'],
  );
});

for (const count of [0, 27, Number.NaN]) {
  test(`a cluster of ${count} nodes is refused`, (t) => {
    t.throws(() => nodeSpecs(count), { instanceOf: RangeError });
  });
}

test('only a node with NICs is labelled as one, unless somebody says otherwise', (t) => {
  t.is(labelsOf({ name: 'a', profile: 'gpu-a' })['feature.node.kubernetes.io/pci-15b3.present'], 'true');
  t.deepEqual(labelsOf({ name: 'a' }), {});
  t.deepEqual(labelsOf({ name: 'a', profile: 'gpu-a', labels: { pool: 'x' } }), { pool: 'x' });
});
