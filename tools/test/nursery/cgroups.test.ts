import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { holdCgroup, releaseCgroups } from '../../src/nursery/cgroups.ts';

/** A tree as the kernel shows it, of either version, in an ordinary directory. */
function tree(version: 1 | 2) {
  const directory = mkdtempSync(join(tmpdir(), 'cgroups-'));
  const root = join(directory, 'root');
  for (const path of version === 1 ? ['memory', 'cpuset', 'unified'] : ['.'])
    mkdirSync(join(root, path), { recursive: true });
  if (version === 2) writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory pids\n');
  return { directory, root };
}

test('a cgroup is made in every hierarchy of version 1, and all that is below it goes at the end', async (t) => {
  const { directory, root } = tree(1);
  t.teardown(() => rmSync(directory, { recursive: true }));
  holdCgroup(directory, 'nicdiag-x', 'gpu-a', root);
  t.true(existsSync(join(root, 'memory/nicdiag-x/gpu-a')));
  t.true(existsSync(join(root, 'cpuset/nicdiag-x/gpu-a')));
  t.false(existsSync(join(root, 'unified/nicdiag-x')));
  mkdirSync(join(root, 'memory/nicdiag-x/gpu-a/kubepods/pod1'), { recursive: true });
  // runc makes its own there, asked or not.
  mkdirSync(join(root, 'unified/nicdiag-x/gpu-a/kubepods'), { recursive: true });
  await releaseCgroups(directory, root);
  for (const hierarchy of ['memory', 'cpuset', 'unified']) t.false(existsSync(join(root, hierarchy, 'nicdiag-x')));
  t.true(existsSync(join(root, 'memory')));
});

test('in version 2 the children are given the controllers', (t) => {
  const { directory, root } = tree(2);
  t.teardown(() => rmSync(directory, { recursive: true }));
  holdCgroup(directory, 'nicdiag-x', 'gpu-a', root);
  t.true(existsSync(join(root, 'nicdiag-x/gpu-a')));
  t.is(readFileSync(join(root, 'cgroup.subtree_control'), 'utf8'), '+cpu +memory +pids');
});

test('a nursery without cgroups, or with a note that names none, removes none', async (t) => {
  const { directory, root } = tree(1);
  t.teardown(() => rmSync(directory, { recursive: true }));
  await releaseCgroups(directory, root);
  writeFileSync(join(directory, 'cgroups'), '');
  await releaseCgroups(directory, root);
  t.true(existsSync(join(root, 'memory')));
});
