import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../tools/src/fuzz/fuzzing.ts';
import { BundleError, extractBundle } from '../../src/bundle/extractBundle.ts';
import { streamBundle } from '../../src/bundle/planBundle.ts';
import { readTar } from '../../src/bundle/readTar.ts';
import { tarEnd, tarHeader, tarPadding } from '../../src/bundle/tarHeader.ts';
import { verifyBundle } from '../../src/bundle/verifyBundle.ts';
import { digestOf } from '../../src/digest.ts';
import { createFilesystemBlobStore } from '../../src/store/filesystemBlobStore.ts';
import { decompress } from '../../src/zstd/decompress.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';
import { type SampleDevice, sampleBundle } from './sampleBundle.ts';

const DEVICES: readonly SampleDevice[] = [
  {
    node: 'gpu-b',
    pciAddress: '0000:17:00.0',
    collectors: { regs: { 'raw.bin': Buffer.from('raw of b'), 'text.txt': Buffer.alloc(0) } },
  },
  {
    node: 'gpu-a',
    pciAddress: '0000:03:00.0',
    collectors: { regs: { 'raw.bin': Buffer.alloc(3000, 'raw') }, caps: { 'raw.bin': Buffer.alloc(512, 'c') } },
  },
];
const FILES = [
  'slow-rail-3/manifest.json',
  'slow-rail-3/gpu-a/0000:03:00.0/manifest.json',
  'slow-rail-3/gpu-a/0000:03:00.0/regs/raw.bin',
  'slow-rail-3/gpu-a/0000:03:00.0/caps/raw.bin',
  'slow-rail-3/gpu-b/0000:17:00.0/manifest.json',
  'slow-rail-3/gpu-b/0000:17:00.0/regs/raw.bin',
  'slow-rail-3/gpu-b/0000:17:00.0/regs/text.txt',
];

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(source));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function freshStore(t: ExecutionContext) {
  return createFilesystemBlobStore(await temporaryDirectory(t));
}

/** A bundle made of other tar bytes, for what the writer would never write. */
function repacked(...tar: Uint8Array[]): AsyncIterable<Uint8Array> {
  return once(zstdCompressSync(Buffer.concat(tar)));
}

test('a bundle holds capture manifest, device manifests and blobs in a fixed order', async (t) => {
  const store = await freshStore(t);
  const { plan } = await sampleBundle(store, DEVICES);
  const paths: string[] = [];
  for await (const { path, body } of readTar(decompress(streamBundle(plan, store.read)))) {
    paths.push(path);
    for await (const _ of body);
  }
  t.deepEqual(paths, FILES);
});

test('the same captures give the same bytes, in whatever order things were stored; a range is that part of them', async (t) => {
  const file = fc.uint8Array({ maxLength: 2000 });
  const device = fc.record({
    node: fc.constantFrom('gpu-a', 'gpu-b', `node-${'x'.repeat(200)}.example`),
    pciAddress: fc.constantFrom('0000:03:00.0', '0000:83:00.1'),
    collectors: fc.dictionary(
      fc.constantFrom('regs', 'caps'),
      fc.dictionary(fc.constantFrom('raw.bin', 'items.ndjson'), file),
    ),
  });
  const devices = fc.uniqueArray(device, { selector: (d) => d.node + d.pciAddress, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(devices, fc.nat(), fc.nat(), async (some, a, b) => {
      const store = await freshStore(t);
      const other = await freshStore(t);
      const { plan } = await sampleBundle(store, some);
      const again = await sampleBundle(other, [...some].reverse());
      const bytes = await bytesOf(streamBundle(plan, store.read));
      t.is(bytes.byteLength, plan.length);
      t.true(bytes.equals(await bytesOf(streamBundle(again.plan, other.read))));
      const [start, end] = [a % (plan.length + 1), b % (plan.length + 1)].sort((x, y) => x - y) as [number, number];
      t.true((await bytesOf(streamBundle(plan, store.read, { start, end }))).equals(bytes.subarray(start, end)));
      const report = await verifyBundle(once(bytes), {
        expectedDigest: digestOf((await sampleBundle(store, some)).revisions[0]!),
      });
      t.deepEqual(report.problems, []);
    }),
    fuzzing(15),
  );
});

test('tar and zstd of the system read a bundle', async (t) => {
  const store = await freshStore(t);
  const { plan } = await sampleBundle(store, DEVICES);
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'bundle.tar'), await bytesOf(decompress(streamBundle(plan, store.read))));
  const { stdout, stderr } = await promisify(execFile)('tar', ['-tvf', join(directory, 'bundle.tar'), '--force-local']);
  t.is(stderr, '');
  t.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ').at(-1)),
    FILES,
  );
});

test('a long path and a file above 8 GiB get a pax header that other readers understand', async (t) => {
  const path = `${'a'.repeat(63)}/${'n'.repeat(253)}/0000:03:00.0/regs/raw.bin`;
  const size = 9 * 1024 ** 3;
  for await (const entry of readTar(once(tarHeader(path, size)))) {
    t.is(entry.path, path);
    t.is(entry.size, size);
    break;
  }
  const short = tarHeader('a/b', 5);
  t.is(short.byteLength, 512);
});

test('an untouched bundle verifies; every changed, missing or added byte is found', async (t) => {
  const store = await freshStore(t);
  const { plan, revisions } = await sampleBundle(store, DEVICES);
  const expectedDigest = digestOf(revisions[0]!);
  const good = await bytesOf(streamBundle(plan, store.read));
  const report = await verifyBundle(once(good), { expectedDigest });
  t.like(report, { problems: [], devices: 2, blobs: 4, revision: 1, matches: 'newest', digest: expectedDigest });

  const tar = await bytesOf(decompress(once(good)));
  await fc.assert(
    fc.asyncProperty(fc.nat(tar.byteLength - 1025), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = Buffer.from(tar);
      changed[at]! ^= flip;
      const { problems } = await verifyBundle(repacked(changed), { expectedDigest });
      // Padding, and header fields that say nothing about the content, are not evidence.
      if (problems.length === 0) {
        const same = new Map<string, Buffer>();
        for await (const { path, body } of readTar(once(changed))) same.set(path, await bytesOf(body));
        t.deepEqual([...same.keys()], FILES);
        for await (const { path, body } of readTar(once(tar))) t.deepEqual(same.get(path), await bytesOf(body));
      }
    }),
    fuzzing(150),
  );
  for (const length of [0, 1, 20, good.byteLength >> 1, good.byteLength - 1]) {
    const { problems } = await verifyBundle(once(good.subarray(0, length)), { expectedDigest });
    t.not(problems.length, 0, `cut at ${length}`);
  }
  const other = await verifyBundle(once(good), { expectedDigest: digestOf(Buffer.from('other')) });
  t.is(other.matches, 'no');
  t.regex(other.problems[0]?.message ?? '', /but the capture's status says sha256:/);
});

test('path tricks, links and strangers in an archive are problems and never reach the sink', async (t) => {
  const store = await freshStore(t);
  const { plan } = await sampleBundle(store, DEVICES);
  const tar = await bytesOf(decompress(streamBundle(plan, store.read)));
  const body = tar.subarray(0, tar.byteLength - 1024);
  const file = (path: string) => [tarHeader(path, 3), Buffer.from('abc'), tarPadding(3)];
  const link = Buffer.from(tarHeader('slow-rail-3/link', 0));
  link.write('2', 156);
  link.write('/etc/passwd', 157);
  link.write('        ', 148);
  link.write(
    `${link
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  for (const [extra, message] of [
    [file('../evil'), 'no manifest speaks of this file'],
    [file('/etc/cron.d/evil'), 'no manifest speaks of this file'],
    [file('slow-rail-3/../../evil'), 'no manifest speaks of this file'],
    [file(FILES[2]!), 'no manifest speaks of this file'],
    [[link], 'is a symlink; a bundle has files only'],
  ] as const) {
    const written: string[] = [];
    const { problems } = await verifyBundle(repacked(body, ...extra, tarEnd()), {
      async sink(path, content) {
        written.push(path);
        for await (const _ of content);
      },
    });
    t.deepEqual(
      problems.map((problem) => problem.message),
      [message],
    );
    t.deepEqual(written, FILES);
  }
});

test('evidence that came late: the newest revision descends from the one in the status', async (t) => {
  const store = await freshStore(t);
  const { plan, revisions } = await sampleBundle(store, DEVICES, 3);
  const bundle = await bytesOf(streamBundle(plan, store.read));
  const report = await verifyBundle(once(bundle), { expectedDigest: digestOf(revisions[0]!) });
  t.like(report, { problems: [], matches: 'older', revision: 3 });
});

test('extraction gives the files under the name of the capture, or nothing at all', async (t) => {
  const store = await freshStore(t);
  const { plan, revisions } = await sampleBundle(store, DEVICES);
  const directory = await temporaryDirectory(t);
  const bundle = () => streamBundle(plan, store.read);
  const { folder } = await extractBundle(bundle(), directory, { expectedDigest: digestOf(revisions[0]!) });
  t.is(folder, join(directory, 'slow-rail-3'));
  t.deepEqual(await readFile(join(folder, 'gpu-b/0000:17:00.0/regs/raw.bin'), 'utf8'), 'raw of b');

  const again = await t.throwsAsync(extractBundle(bundle(), directory), { instanceOf: BundleError });
  t.is(again?.code, 'TargetExists');

  const cut = plan.length - 40;
  const elsewhere = join(directory, 'elsewhere');
  await mkdir(elsewhere);
  const bad = await t.throwsAsync(extractBundle(streamBundle(plan, store.read, { start: 0, end: cut }), elsewhere), {
    instanceOf: BundleError,
  });
  t.is(bad?.code, 'BadBundle');
  t.deepEqual(await readdir(elsewhere), []);
});
