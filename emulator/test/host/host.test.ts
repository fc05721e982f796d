import test from 'ava';
import { createCommandLog } from '../../src/driver/commandLog.ts';
import { createFaultTable } from '../../src/faults/faultTable.ts';
import { createManualClock } from '../../src/firmware/state/clock.ts';
import type { TreeNode } from '../../src/fuse/tree.ts';
import { createHost, type Host } from '../../src/host/host.ts';
import { loadHostProfile } from '../../src/host/profile.ts';

function makeHost(name: string): Host {
  return createHost({
    profile: loadHostProfile(name),
    seed: 1,
    clock: createManualClock(),
    faults: createFaultTable(),
    log: createCommandLog(),
  });
}

for (const name of ['gpu-a', 'gpu-b', 'gpu-c']) {
  test(`${name}: every attribute of sysfs reads, and ends in a newline`, (t) => {
    const texts = walk(makeHost(name).tree.root).flatMap(({ path, node }) =>
      node.kind === 'text' ? [{ path, text: node.read() }] : [],
    );
    t.true(texts.length > 50);
    for (const { path, text } of texts) t.regex(text, /^[^\n].*\n$/s, path);
  });
}

test('a device that is removed and restored leaves the tree as it was', (t) => {
  const host = makeHost('gpu-c');
  const paths = (): string[] =>
    walk(host.tree.root)
      .map(({ path }) => path)
      .sort();
  const before = paths();
  for (const fn of host.functions) fn.remove();
  t.deepEqual(
    paths().filter((path) => path.includes('0000:03') || path.includes('fwctl0')),
    [],
  );
  for (const fn of host.functions) fn.restore();
  t.deepEqual(paths(), before);
});

function walk(node: TreeNode, path = ''): { path: string; node: TreeNode }[] {
  const below =
    node.kind === 'directory' ? [...node.children].flatMap(([name, child]) => walk(child, `${path}/${name}`)) : [];
  return [{ path, node }, ...below];
}
