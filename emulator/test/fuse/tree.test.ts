import test from 'ava';
import { listDirectory, writeDirectoryEntries } from '../../src/fuse/directoryEntries.ts';
import { createTree, lookup } from '../../src/fuse/tree.ts';

test('parents are made as needed and go with their last entry, unless they are permanent', (t) => {
  const tree = createTree();
  tree.directory('sys/class/net').permanent = true;
  tree.text('sys/class/net/a/mtu', '9000\n');
  tree.remove('sys/class/net/a/mtu');
  t.deepEqual([...tree.directory('sys/class/net').children.keys()], []);
  t.true(tree.directory('sys').children.has('class'));
});

test('the id of a removed node is never given again', (t) => {
  const tree = createTree();
  tree.text('a', '1');
  const first = tree.root.children.get('a')!;
  tree.remove('a');
  tree.text('a', '2');
  t.not(tree.root.children.get('a')!.id, first.id);
  t.is(tree.node(first.id), undefined);
});

test('removing a directory takes what is below it', (t) => {
  const tree = createTree();
  tree.text('a/b/c', '1');
  const inner = tree.directory('a/b').id;
  tree.remove('a');
  t.is(tree.node(inner), undefined);
  t.is(tree.root.children.size, 0);
});

test('a name is refused twice, and below what is no directory', (t) => {
  const tree = createTree();
  tree.symlink('a', 'b');
  t.throws(() => tree.text('a', ''), { message: /already/ });
  t.throws(() => tree.text('a/b', ''), { message: /not a directory/ });
});

test('lookups answer as the kernel expects', (t) => {
  const tree = createTree();
  tree.text('a', '1');
  t.is(lookup(tree.root, 'x'), 2, 'ENOENT');
  t.is(lookup(tree.root.children.get('a'), 'x'), 20, 'ENOTDIR');
  t.is(lookup(undefined, 'x'), 2, 'ENOENT: its parent was removed');
});

test('a directory is listed in pieces of any size, each entry once', (t) => {
  const tree = createTree();
  const names = Array.from({ length: 50 }, (_, at) => `entry-${'x'.repeat(at % 17)}${at}`);
  for (const name of names) tree.text(name, '');
  const entries = listDirectory(tree.root);
  for (const room of [64, 100, 513, 8192]) {
    const seen: string[] = [];
    const bytes = new Uint8Array(room);
    const view = new DataView(bytes.buffer);
    for (let offset = 0; ; ) {
      const length = writeDirectoryEntries(bytes, entries, offset, room);
      if (length === 0) break;
      for (let at = 0; at < length; ) {
        const nameLength = view.getUint32(at + 16, true);
        seen.push(Buffer.from(bytes.subarray(at + 24, at + 24 + nameLength)).toString());
        offset = view.getUint32(at + 8, true);
        at += (24 + nameLength + 7) & ~7;
      }
    }
    t.deepEqual(seen, ['.', '..', ...names], `${room} bytes`);
  }
});
