import { Readable } from 'node:stream';
import { zstdDecompressSync } from 'node:zlib';
import test from 'ava';
import { packLayer, sha256 } from '../../src/images/layer.ts';
import { directory, file, link, readTar } from '../../src/images/treeEntry.ts';

const ENTRIES = [file('usr/bin/tool', '#!/usr/bin/node\n', 0o755), link('bin', 'usr/bin'), directory('tmp', 0o1777)];

test('a layer holds what it was given, and the directories above it, sorted', async (t) => {
  const { content, diffId } = await packLayer('any', ENTRIES, 0);
  const tar = zstdDecompressSync(content);
  t.is(diffId, sha256(tar));
  t.deepEqual(await readTar(Readable.from([tar])), [
    link('bin', 'usr/bin'),
    directory('tmp', 0o1777),
    directory('usr'),
    directory('usr/bin'),
    file('usr/bin/tool', '#!/usr/bin/node\n', 0o755),
  ]);
});

test('the same entries in any order are the same layer', async (t) => {
  const one = await packLayer('any', ENTRIES, 1_000_000);
  const other = await packLayer('any', ENTRIES.toReversed(), 1_000_000);
  t.deepEqual(one, other);
  t.not((await packLayer('any', ENTRIES, 1_000_001)).diffId, one.diffId, 'the time is part of it');
});

test('two files cannot be one path, a directory may be named twice', async (t) => {
  await t.throwsAsync(packLayer('any', [file('a', '1'), file('a', '1')], 0), { code: 'Tree', message: /the path a$/ });
  await t.throwsAsync(packLayer('any', [file('a', '1'), file('a/b', '1')], 0), { code: 'Tree', message: /below a/ });
  await t.notThrowsAsync(packLayer('any', [directory('a'), directory('a')], 0));
});
