import test from 'ava';
import { cacheKey, compareVersions, GoModError, parseVersions, readVersions } from '../../src/binaries/versions.ts';

const GO_MOD = `module nicdiag.dev/tools

go 1.26.0

replace k8s.io/kubernetes-other => k8s.io/x v0.1.0

require (
	go.etcd.io/etcd/server/v3 v3.6.16 // indirect
	k8s.io/kubernetes v1.36.3 // indirect
)
`;

test('versions come from go.mod', (t) => {
  t.deepEqual(parseVersions(GO_MOD), { kubernetes: '1.36.3', etcd: '3.6.16', go: '1.26.0' });
  t.regex(readVersions().versions.kubernetes, /^1\.\d+\.\d+$/);
});

test('a go.mod without them is refused by name', (t) => {
  const error = t.throws(() => parseVersions('module x\n\ngo 1.26.0\n'), { instanceOf: GoModError });
  t.regex(error.message, /k8s\.io\/kubernetes/);
});

test('another dependency at the same versions is another cache', (t) => {
  const versions = parseVersions(GO_MOD);
  t.not(cacheKey(versions, 'a h1:x'), cacheKey(versions, 'a h1:y'));
  t.regex(cacheKey(versions, ''), /^k8s-1\.36\.3-etcd-3\.6\.16-[0-9a-f]{12}$/);
});

for (const [left, right, sign] of [
  ['1.26.0', '1.26.0', 0],
  ['1.26', '1.26.0', 0],
  ['1.26.10', '1.26.9', 1],
  ['1.9.0', '1.26.0', -1],
  ['2.0.0', '1.99.9', 1],
] as const) {
  test(`${left} against ${right}`, (t) => t.is(Math.sign(compareVersions(left, right)), sign));
}
