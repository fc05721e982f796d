import { statSync } from 'node:fs';
import test from 'ava';
import { encodeNumbers } from '../../src/fuse/attributes.ts';
import { listDirectory, writeDirectoryEntries } from '../../src/fuse/directoryEntries.ts';
import { type CharacterDevice, createTree, lookup } from '../../src/fuse/tree.ts';

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

test('a character device is told when its node comes and goes, and gives it its numbers', (t) => {
  const heard: string[] = [];
  const device: CharacterDevice = {
    numbers: { major: 245, minor: 3 },
    appear: () => void heard.push('appear'),
    vanish: () => void heard.push('vanish'),
  };
  const tree = createTree(new Map([['dev/fwctl/fwctl0', device]]));
  const open = (): number => 19;
  t.is(tree.device('dev/other', open), undefined);
  t.deepEqual(tree.device('dev/fwctl/fwctl0', open), device.numbers);
  tree.remove('dev/other');
  t.deepEqual(heard, ['appear']);
  tree.remove('dev/fwctl/fwctl0');
  t.deepEqual(heard, ['appear', 'vanish']);
  tree.device('dev/fwctl/fwctl0', open);
  t.deepEqual(heard, ['appear', 'vanish', 'appear']);
});

test('numbers of a device are in one as stat(2) has them', (t) => {
  t.is(encodeNumbers({ major: 1, minor: 3 }), statSync('/dev/null').rdev);
  // Both parts of a large minor, as makedev(3) makes it.
  t.is(encodeNumbers({ major: 245, minor: 70_000 }), 286_324_080);
});
