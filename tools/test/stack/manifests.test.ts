import test from 'ava';
import { parseManifests } from '../../src/stack/manifests.ts';

test("helm's output is split into objects, empty documents left out", (t) => {
  const text =
    '---\n# Source: a\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: a}\n';
  t.deepEqual(
    parseManifests(text).map(({ kind, metadata }) => [kind, metadata.name]),
    [
      ['Namespace', 'a'],
      ['Service', 'b'],
    ],
  );
});

test('what is no object is refused', (t) => {
  t.throws(() => parseManifests('just: text\n'), { message: /not a Kubernetes object/ });
});
