import { randomBytes } from 'node:crypto';
import { appendFile, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { type Digest, digestOf, hexOf } from '../../src/digest.ts';
import { type BlobStore, StoreError } from '../../src/store/blobStore.ts';
import { createFilesystemBlobStore } from '../../src/store/filesystemBlobStore.ts';
import { createFilesystemLedger } from '../../src/store/filesystemLedger.ts';
import { createKeyedLock } from '../../src/store/keyedLock.ts';
import { decompress } from '../../src/zstd/decompress.ts';
import { SAMPLE_CAPTURE } from '../sampleManifests.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

const captureUid = SAMPLE_CAPTURE.uid;

async function freshStore(t: ExecutionContext): Promise<{ readonly store: BlobStore; readonly root: string }> {
  const root = await temporaryDirectory(t);
  return { store: await createFilesystemBlobStore(root), root };
}

async function contentOf(store: BlobStore, digest: Digest): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(decompress(store.read(digest))));
}

async function upload(store: BlobStore, node: string, digest: Digest, stored: Uint8Array, size: number) {
  await using open = await store.openUpload({ captureUid, node, digest });
  await open.append(stored);
  return await open.commit({ size });
}

test('a blob comes back as it was; equal blobs are stored once and the first one stays', async (t) => {
  const { store } = await freshStore(t);
  const content = Buffer.alloc(10_000, 'page');
  const digest = digestOf(content);
  const first = zstdCompressSync(content);
  t.deepEqual(await upload(store, 'gpu-a', digest, first, 10_000), {
    digest,
    size: 10_000,
    storedSize: first.byteLength,
  });
  const other = zstdCompressSync(content, { params: { 100: 19 } });
  t.notDeepEqual(other, first);
  t.is((await upload(store, 'gpu-b', digest, other, 10_000)).storedSize, first.byteLength);
  t.is((await store.put(content)).storedSize, first.byteLength);
  t.deepEqual(
    (await Array.fromAsync(store.list())).map((blob) => blob.digest),
    [digest],
  );
  t.true((await contentOf(store, digest)).equals(content));
  t.deepEqual(Buffer.concat(await Array.fromAsync(store.read(digest, { start: 3, end: 9 }))), first.subarray(3, 9));
});

test('an upload goes on where it was cut, in another process too', async (t) => {
  const { store, root } = await freshStore(t);
  const content = randomBytes(5000);
  const digest = digestOf(content);
  const stored = zstdCompressSync(content);
  const key = { captureUid, node: 'gpu-a', digest };
  {
    await using cut = await store.openUpload(key);
    await cut.append(stored.subarray(0, 3000));
  }
  const restarted = await createFilesystemBlobStore(root);
  t.is(await restarted.received(key), 3000);
  t.is(await restarted.received({ ...key, node: 'gpu-b' }), 0, "another node's upload is another one");
  await using open = await restarted.openUpload(key);
  t.is(open.received, 3000);
  await open.truncate(2000);
  await open.append(stored.subarray(2000));
  t.is((await open.commit({ size: 5000 })).storedSize, stored.byteLength);
  t.is(await restarted.received(key), 0);
});

test('what is not exactly the promised content is refused and thrown away', async (t) => {
  const { store, root } = await freshStore(t);
  const content = Buffer.alloc(5000, 'x');
  const digest = digestOf(content);
  const stored = zstdCompressSync(content);
  const other = zstdCompressSync(Buffer.alloc(5000, 'y'));
  const bomb = zstdCompressSync(Buffer.alloc(50_000_000));
  for (const [bytes, size, message] of [
    [other, 5000, /holds sha256:[0-9a-f]{64} \(5000 bytes\)/],
    [stored, 4999, /more than the 4999 bytes declared/],
    [stored, 5001, /\(5001 bytes\) holds .* \(5000 bytes\)/],
    [stored.subarray(0, -1), 5000, /cut off/],
    [Buffer.concat([stored, Buffer.from([0])]), 5000, /bytes follow the end/],
    [content, 5000, /not zstd/],
    [Buffer.alloc(0), 5000, /cut off/],
    [bomb, 5000, /more than the 5000 bytes declared/],
  ] as const) {
    const error = await t.throwsAsync(upload(store, 'gpu-a', digest, bytes, size), { instanceOf: StoreError });
    t.is(error?.code, 'BlobCorrupt');
    t.regex(error?.message ?? '', message);
    t.is(await store.storedSize(digest), undefined);
    t.deepEqual(await readdir(join(root, 'uploads')), []);
  }
  await upload(store, 'gpu-a', digest, stored, 5000);
});

test('no name that is not a digest, UID or node becomes a path', async (t) => {
  const { store, root } = await freshStore(t);
  const ledger = await createFilesystemLedger(root);
  for (const bad of ['../x', '..', '', 'a/b', '/etc', 'sha256:../../x', `sha256:${'A'.repeat(64)}`]) {
    await t.throwsAsync(async () => store.storedSize(bad as Digest), undefined, bad);
    await t.throwsAsync(
      async () => store.openUpload({ captureUid: bad, node: 'n', digest: digestOf(Buffer.of()) }),
      undefined,
      bad,
    );
    await t.throwsAsync(
      async () => store.openUpload({ captureUid, node: bad, digest: digestOf(Buffer.of()) }),
      undefined,
      bad,
    );
    await t.throwsAsync(async () => ledger.node(captureUid, bad), undefined, bad);
    await t.throwsAsync(async () => ledger.remove(bad), undefined, bad);
  }
});

test('the sweep takes what no capture refers to and no one touched lately', async (t) => {
  const { store, root } = await freshStore(t);
  const [kept, old, fresh] = await Promise.all(['kept', 'old', 'fresh'].map((text) => store.put(Buffer.from(text))));
  const long = new Date(Date.now() - 3_600_000);
  for (const { digest } of [kept!, old!])
    await utimes(join(root, 'blobs', hexOf(digest).slice(0, 2), hexOf(digest)), long, long);
  {
    await using cut = await store.openUpload({ captureUid, node: 'gpu-a', digest: digestOf(Buffer.from('cut')) });
    await cut.append(Buffer.from('x'));
  }
  await utimes(join(root, 'uploads', (await readdir(join(root, 'uploads')))[0]!), long, long);
  const swept = await store.sweep({
    isReferenced: (digest) => digest === kept!.digest,
    olderThan: Date.now() - 600_000,
  });
  t.deepEqual(swept, { blobs: 1, bytes: old!.storedSize, uploads: 1 });
  t.deepEqual(
    new Set((await Array.fromAsync(store.list())).map(({ digest }) => digest)),
    new Set([kept!.digest, fresh!.digest]),
  );
  // Wanted again at the last moment: storing an equal blob makes it young.
  await utimes(join(root, 'blobs', hexOf(fresh!.digest).slice(0, 2), hexOf(fresh!.digest)), long, long);
  await store.put(Buffer.from('fresh'));
  t.is((await store.sweep({ isReferenced: () => false, olderThan: Date.now() - 600_000 })).blobs, 1);
  t.is(await store.storedSize(fresh!.digest), fresh!.storedSize);
});

test('the ledger remembers captures, blobs, manifests and seals, and forgets a removed capture', async (t) => {
  const root = await temporaryDirectory(t);
  const ledger = await createFilesystemLedger(root);
  const blob = { digest: digestOf(Buffer.from('blob')), size: 4, storedSize: 17 };
  const manifest = {
    pciAddress: '0000:03:00.0',
    digest: digestOf(Buffer.from('m1')),
    sizeBytes: 2,
    state: 'Succeeded' as const,
    totalBytes: 4,
    storedBytes: 17,
  };
  const newer = { ...manifest, digest: digestOf(Buffer.from('m2')) };
  const seal = { revision: 1, digest: digestOf(Buffer.from('seal')), sizeBytes: 4 };
  await ledger.open(SAMPLE_CAPTURE);
  await ledger.open(SAMPLE_CAPTURE);
  await ledger.recordBlob(captureUid, 'gpu-a', blob);
  await ledger.recordManifest(captureUid, 'gpu-a', manifest);
  await ledger.recordManifest(captureUid, 'gpu-a', newer);
  await ledger.recordRevision(captureUid, seal);

  const again = await createFilesystemLedger(root);
  t.deepEqual(await again.captures(), [SAMPLE_CAPTURE]);
  t.deepEqual(await again.nodes(captureUid), ['gpu-a']);
  const node = await again.node(captureUid, 'gpu-a');
  t.deepEqual([...node.blobs.values()], [blob]);
  t.deepEqual([...node.manifests.values()], [newer]);
  t.deepEqual(await again.revisions(captureUid), [seal]);
  t.deepEqual(await Array.fromAsync(again.references(captureUid)), [
    blob.digest,
    manifest.digest,
    newer.digest,
    seal.digest,
  ]);
  t.deepEqual([...(await again.node(captureUid, 'gpu-z')).blobs], []);
  await again.remove(captureUid);
  await again.remove(captureUid);
  t.deepEqual(await again.captures(), []);
  t.deepEqual(await again.nodes(captureUid), []);
});

test('a line that a power cut tore costs itself only', async (t) => {
  const root = await temporaryDirectory(t);
  const ledger = await createFilesystemLedger(root);
  await ledger.open(SAMPLE_CAPTURE);
  const blobs = ['a', 'b', 'c'].map((text) => ({ digest: digestOf(Buffer.from(text)), size: 1, storedSize: 10 }));
  await ledger.recordBlob(captureUid, 'gpu-a', blobs[0]!);
  await ledger.recordBlob(captureUid, 'gpu-a', blobs[1]!);
  const path = join(root, 'captures', captureUid, 'nodes', 'gpu-a');
  const whole = await readFile(path);
  const second = whole.lastIndexOf('\n');
  for (let cut = second; cut < whole.byteLength; cut += 1) {
    await writeFile(path, whole);
    await truncate(path, cut);
    await ledger.recordBlob(captureUid, 'gpu-a', blobs[2]!);
    t.deepEqual([...(await ledger.node(captureUid, 'gpu-a')).blobs.values()], [blobs[0]!, blobs[2]!], `cut at ${cut}`);
  }
  await appendFile(path, '\nnot json');
  t.is((await ledger.node(captureUid, 'gpu-a')).blobs.size, 2);
});

test('work under one key is done one after another, under others beside it', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }), async (s, keys) => {
      const lock = createKeyedLock();
      const running = new Map<string, number>();
      const done: string[] = [];
      const all = keys.map((key, index) =>
        lock.run(key, async () => {
          t.is(running.get(key) ?? 0, 0);
          running.set(key, 1);
          await s.schedule(Promise.resolve());
          running.set(key, 0);
          done.push(`${key}${index}`);
          if (index % 3 === 2) throw new Error('this one fails');
        }),
      );
      const settled = Promise.allSettled(all);
      await s.waitFor(settled);
      for (const key of ['a', 'b']) {
        const mine = done.filter((name) => name.startsWith(key));
        t.deepEqual(
          mine,
          [...mine].sort((x, y) => Number(x.slice(1)) - Number(y.slice(1))),
        );
      }
      t.is(done.length, keys.length);
    }),
    { numRuns: 50 },
  );
});
