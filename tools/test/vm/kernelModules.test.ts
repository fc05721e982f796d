import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { dependencies, readModules } from '../../src/vm/kernelModules.ts';

const noXz = spawnSync('xz', ['--version']).status === 0 ? undefined : 'there is no xz';

/** A module with nothing but its .modinfo. */
const moduleThatNeeds = (names: string): Buffer => Buffer.from(`ELF\0license=GPL\0depends=${names}\0name=x\0`);

function kernel(modules: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-modules-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  for (const [path, needs] of Object.entries(modules)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), moduleThatNeeds(needs));
  }
  writeFileSync(join(directory, 'modules.builtin'), 'kernel/lib/crc32.ko\n');
  return directory;
}

test('a module says what it needs', (t) => {
  t.deepEqual(dependencies(moduleThatNeeds('fuse,virtio-ring')), ['fuse', 'virtio_ring']);
  t.deepEqual(dependencies(moduleThatNeeds('')), []);
  t.deepEqual(dependencies(Buffer.from('no module')), []);
});

test('modules come after what they need, each once, without what is built in', (t) => {
  const directory = kernel({
    'kernel/fs/fuse/cuse.ko': 'fuse,crc32',
    'kernel/fs/fuse/fuse.ko': '',
    'kernel/net/9p/9pnet_virtio.ko': '9pnet,virtio-ring',
    'kernel/net/9p/9pnet.ko': '',
    'kernel/drivers/virtio/virtio-ring.ko': '',
    'kernel/drivers/other.ko': '',
  });
  t.deepEqual(
    readModules(directory, ['cuse', '9pnet_virtio', 'fuse']).map(({ name }) => name),
    ['fuse', 'cuse', '9pnet', 'virtio_ring', '9pnet_virtio'],
  );
  t.throws(() => readModules(directory, ['overlay']), { message: /has no module overlay/ });
});

(noXz === undefined ? test : test.skip)('a compressed module is unpacked', (t) => {
  const directory = kernel({ 'kernel/fs/fuse/cuse.ko': 'fuse', 'kernel/fs/fuse/fuse.ko': '' });
  execFileSync('xz', [join(directory, 'kernel/fs/fuse/cuse.ko')]);
  const modules = readModules(directory, ['cuse']);
  t.deepEqual(
    modules.map(({ name }) => name),
    ['fuse', 'cuse'],
  );
  t.deepEqual(Buffer.from(modules[1]!.content), moduleThatNeeds('fuse'));
});
