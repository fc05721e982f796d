import test from 'ava';
import { nodeOfToken } from '../../src/apiServer/nodeIdentity.ts';

const token = (claims: unknown): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

test('the node claim of a bound token gives name and UID', (t) => {
  const node = { name: 'gpu-a', uid: 'f3a1' };
  t.deepEqual(nodeOfToken(token({ sub: 'x', 'kubernetes.io': { namespace: 'nicdiag-agent', node } })), node);
});

for (const [title, text] of [
  ['a token that is bound to no Pod', token({ 'kubernetes.io': { namespace: 'nicdiag-agent' } })],
  ['a token without claims of Kubernetes', token({ sub: 'x' })],
  ['a token that is no JWT', 'opaque'],
  ['a payload that is no JSON', 'a.b.c'],
  ['nothing', ''],
] as const) {
  test(`${title} has no node`, (t) => {
    t.is(nodeOfToken(text), undefined);
  });
}
