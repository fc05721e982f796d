import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import test from 'ava';
import { tarEntry } from '../../src/binaries/tarEntry.ts';
import { openZip, ZipError } from '../../src/binaries/zip.ts';

/** A zip archive with one deflated and one stored entry, written by APPNOTE.TXT 4.3. */
function zip(
  files: ReadonlyArray<{ readonly name: string; readonly content: Buffer; readonly deflate: boolean }>,
): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, content, deflate } of files) {
    const data = deflate ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    // An extra field that the central directory does not have.
    local.writeUInt16LE(4, 28);
    locals.push(local, Buffer.from(name), Buffer.alloc(4), data);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(deflate ? 8 : 0, 10);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE((0o100755 << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    centrals.push(central, Buffer.from(name));
    offset += 30 + name.length + 4 + data.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function tar(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const header = Buffer.alloc(512);
    header.write(path.slice(path.lastIndexOf('/') + 1), 0);
    header.write(content.length.toString(8).padStart(11, '0'), 124);
    header.write(path.slice(0, path.lastIndexOf('/')), 345);
    const data = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    data.write(content);
    return [header, data];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const directory = mkdtempSync(join(tmpdir(), 'archives-test-'));
test.after.always(() => rmSync(directory, { recursive: true }));

test('entries of a zip archive are read by name, deflated or stored', (t) => {
  const file = join(directory, 'good.zip');
  const content = Buffer.from('program '.repeat(1000));
  writeFileSync(
    file,
    zip([
      { name: 'bin/go', content, deflate: true },
      { name: 'VERSION', content: Buffer.from('1'), deflate: false },
    ]),
  );
  using archive = openZip(file);
  t.deepEqual(
    archive.entries.map(({ name, mode }) => [name, mode]),
    [
      ['bin/go', 0o755],
      ['VERSION', 0o755],
    ],
  );
  t.deepEqual(archive.read(archive.entries[0]!), content);
  t.is(archive.read(archive.entries[1]!).toString(), '1');
});

test('a file that is no zip archive is refused', (t) => {
  const file = join(directory, 'bad.zip');
  writeFileSync(file, 'not an archive at all, but long enough');
  t.throws(() => openZip(file), { instanceOf: ZipError, message: /not a zip archive/ });
});

test('one file is taken out of a tar archive', (t) => {
  const archive = tar({
    'etcd-v3/README.md': 'x'.repeat(600),
    'etcd-v3/etcd': 'the program',
    'etcd-v3/etcdctl': 'another',
  });
  t.is(Buffer.from(tarEntry(archive, 'etcd-v3/etcd')!).toString(), 'the program');
  t.is(tarEntry(archive, 'etcd-v3/absent'), undefined);
});
