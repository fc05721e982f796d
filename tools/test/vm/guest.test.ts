import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { cpioArchive } from '../../src/vm/cpioArchive.ts';
import { guestFileSystem, quoted } from '../../src/vm/guest.ts';

interface Read {
  readonly name: string;
  readonly mode: number;
  readonly content: string;
}

/** Reads an archive by the format's description: 13 numbers of 8 digits behind the magic, a name, a content. */
function read(archive: Uint8Array): Read[] {
  const bytes = Buffer.from(archive);
  const found: Read[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.toString('latin1', at, at + 6) !== '070701') throw new Error(`no header at ${at}`);
    const field = (index: number): number =>
      Number.parseInt(bytes.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const name = bytes.toString('latin1', at + 110, at + 110 + nameSize - 1);
    const start = (at + 110 + nameSize + 3) & ~3;
    found.push({ name, mode, content: bytes.toString('latin1', start, start + size) });
    at = (start + size + 3) & ~3;
  }
  return found;
}

test('an archive has its entries in order, and a trailer', (t) => {
  const archive = cpioArchive([
    { kind: 'directory', path: 'dev' },
    { kind: 'character', path: 'dev/console', major: 5, minor: 1 },
    { kind: 'file', path: 'init', mode: 0o755, content: Buffer.from('hello') },
    { kind: 'file', path: 'empty', content: new Uint8Array(0) },
  ]);
  t.is(archive.length % 4, 0);
  t.deepEqual(read(archive), [
    { name: 'dev', mode: 0o040755, content: '' },
    { name: 'dev/console', mode: 0o020600, content: '' },
    { name: 'init', mode: 0o100755, content: 'hello' },
    { name: 'empty', mode: 0o100644, content: '' },
    { name: 'TRAILER!!!', mode: 0, content: '' },
  ]);
});

test('words reach a shell as they are', (t) => {
  const words = ['plain', 'two words', `it's`, '$HOME `id` \\ "x"', '', '*'];
  const script = `printf '%s\\n' ${words.map(quoted).join(' ')}`;
  t.deepEqual(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n').slice(0, -1), words);
});

test('a guest loads its modules in order, and runs the command where and with what it was asked', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-guest-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const busybox = join(directory, 'busybox');
  writeFileSync(busybox, 'busybox');
  const modules = ['b', 'a'].map((name) => ({ name, content: Buffer.from(name) }));
  const archive = guestFileSystem(busybox, modules, { command: ['ls', `a'b`], cwd: '/a dir', env: { X: '1 2' } });
  const files = read(gunzipSync(archive));
  t.deepEqual(
    files.filter(({ name }) => name.startsWith('modules/')).map(({ name, content }) => [name, content]),
    [
      ['modules/00-b.ko', 'b'],
      ['modules/01-a.ko', 'a'],
    ],
  );
  const main = files.find(({ name }) => name === 'main')?.content ?? '';
  t.regex(main, /cd '\/a dir' && \$b env -i .* 'X=1 2' \\\n {2}'ls' 'a'\\''b' </);
});
