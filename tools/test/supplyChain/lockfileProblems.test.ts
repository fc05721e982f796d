import test from 'ava';
import { LOCKFILES, type LockedPackage, readLockfile } from '../../src/supplyChain/lockfile.ts';
import { lockfileProblems } from '../../src/supplyChain/lockfileProblems.ts';

const CHECKSUM = `sha512-${'A'.repeat(86)}==`;
const SOUND: LockedPackage = { version: '1.2.3', integrity: CHECKSUM, license: 'MIT' };
const HERE = { version: '1.2.3', optional: true, os: ['linux'], cpu: ['x64'] };
const OF_ANOTHER_PLATFORM = { version: '1.2.3', optional: true, os: ['android'], cpu: ['arm64'] };

for (const lockfile of LOCKFILES)
  test(`${lockfile} would install nothing that nobody has seen`, (t) => {
    const packages = readLockfile(lockfile);
    t.true(Object.keys(packages).length > 100);
    t.deepEqual(lockfileProblems(packages), []);
  });

for (const [what, directory, locked, problem] of [
  ['a range', 'node_modules/a', { ...SOUND, version: '^1.2.3' }, /version \^1.2.3 is not exact/],
  ['no checksum', 'node_modules/a', { version: '1.2.3' }, /no SHA-512 checksum/],
  ['an old checksum', 'node_modules/a', { ...SOUND, integrity: 'sha1-AAAA' }, /no SHA-512 checksum/],
  ['no checksum, optional everywhere', 'node_modules/a', { version: '1.2.3', optional: true }, /no SHA-512 checksum/],
  ['no checksum, of Linux', 'node_modules/a', HERE, /no SHA-512 checksum/],
  ['no checksum, of all but Windows', 'node_modules/a', { ...HERE, os: ['!win32'] }, /no SHA-512 checksum/],
  ['half a checksum', 'node_modules/a', { ...SOUND, integrity: 'sha512-' }, /no SHA-512 checksum/],
  ['a choice of checksums', 'node_modules/a', { ...SOUND, integrity: `${CHECKSUM} sha1-AAAA` }, /no SHA-512 checksum/],
  ['a link out of here', 'node_modules/a', { link: true, resolved: '../a' }, /links to \.\.\/a, which is no package/],
  ['a link to a download', 'node_modules/a', { link: true, resolved: 'https://x/a.tgz' }, /links to https/],
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
  ['a variant for musl', 'node_modules/a', { ...HERE, libc: ['musl'] }],
] as const) {
  test(`${what} is none`, (t) => t.deepEqual(lockfileProblems({ [directory]: locked }), []));
}

test('a link to a package of ours is none', (t) =>
  t.deepEqual(lockfileProblems({ 'node_modules/@nicdiag/kube': { link: true, resolved: 'kube' }, kube: {} }), []));
