import test from 'ava';
import { type LockedPackage, readLockfile } from '../../src/supplyChain/lockfile.ts';
import { lockfileProblems } from '../../src/supplyChain/lockfileProblems.ts';

const SOUND: LockedPackage = { version: '1.2.3', integrity: 'sha512-AAAA', license: 'MIT' };
const OF_ANOTHER_PLATFORM = { version: '1.2.3', optional: true, os: ['android'], cpu: ['arm64'] };

test('the lockfile of this checkout would install nothing that nobody has seen', (t) => {
  const packages = readLockfile();
  t.true(Object.keys(packages).length > 300);
  t.deepEqual(lockfileProblems(packages), []);
});

for (const [what, directory, locked, problem] of [
  ['a range', 'node_modules/a', { ...SOUND, version: '^1.2.3' }, /version \^1.2.3 is not exact/],
  ['no checksum', 'node_modules/a', { version: '1.2.3' }, /no SHA-512 checksum/],
  ['an old checksum', 'node_modules/a', { ...SOUND, integrity: 'sha1-AAAA' }, /no SHA-512 checksum/],
  ['no checksum, optional everywhere', 'node_modules/a', { version: '1.2.3', optional: true }, /no SHA-512 checksum/],
  ['an install script', 'node_modules/@a/b', { ...SOUND, hasInstallScript: true }, /@a\/b: it has an install script/],
  ['another source', 'node_modules/a', { ...SOUND, resolved: 'git+ssh://x' }, /where it is from, git\+ssh/],
  ['a package given up', 'node_modules/a', { ...SOUND, deprecated: 'use b' }, /given it up: use b/],
  ['a range in a package of ours', 'kube', { dependencies: { b: '~1.0.0' } }, /^kube: b ~1.0.0 is not exact/],
  ['a tag in the root', '', { devDependencies: { b: 'latest' } }, /^package.json: b latest is not exact/],
] as const) {
  test(`${what} is a problem`, (t) => {
    const problems = lockfileProblems({ [directory]: locked });
    t.is(problems.length, 1, problems.join());
    t.regex(problems[0] ?? '', problem);
  });
}

for (const [what, directory, locked] of [
  ['a pinned package with a checksum', 'node_modules/a/node_modules/@b/c', SOUND],
  ['a variant for another platform that a mirror does not carry', 'node_modules/a', OF_ANOTHER_PLATFORM],
  ['a script that is known and never run', 'node_modules/koffi', { ...SOUND, hasInstallScript: true }],
  ['a link to a package of ours', 'node_modules/@nicdiag/kube', { link: true, resolved: 'kube' }],
] as const) {
  test(`${what} is none`, (t) => t.deepEqual(lockfileProblems({ [directory]: locked }), []));
}
