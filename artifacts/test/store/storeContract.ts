import { randomBytes } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { type Digest, digestOf } from '../../src/digest.ts';
import { type BlobStore, StoreError } from '../../src/store/blobStore.ts';
import type { CaptureLedger } from '../../src/store/captureLedger.ts';
import { decompress } from '../../src/zstd/decompress.ts';
import { SAMPLE_CAPTURE } from '../sampleManifests.ts';

const captureUid = SAMPLE_CAPTURE.uid;

/** An empty store of some kind, with a ledger beside it. */
export interface Place {
  readonly store: BlobStore;
  /** The store as another process finds it. */
  restarted(): Promise<BlobStore>;
  /** The ledger, each time as another process finds it. */
  ledger(): Promise<CaptureLedger>;
  /** Directory of the uploads on their way. */
  readonly uploads: string;
  /** Makes a blob look as if it came then. */
  age(digest: Digest, time: Date): Promise<void>;
}

async function contentOf(store: BlobStore, digest: Digest): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(decompress(store.read(digest))));
}

async function upload(store: BlobStore, node: string, digest: Digest, stored: Uint8Array, size: number) {
  await using open = await store.openUpload({ captureUid, node, digest });
  await open.append(stored);
  return await open.commit({ size });
}

/** What every kind of store does. */
export function storeContract(name: string, fresh: (t: ExecutionContext) => Promise<Place>): void {
  test(`${name}: a blob comes back as it was; equal blobs are stored once and the first one stays`, async (t) => {
    const { store } = await fresh(t);
    const content = Buffer.alloc(10_000, 'page');
    const digest = digestOf(content);
    const first = zstdCompressSync(content);
    t.deepEqual(await upload(store, 'gpu-a', digest, first, 10_000), {
      ...{ digest, size: 10_000, storedSize: first.byteLength, isNew: true },
    });
    const other = zstdCompressSync(content, { params: { 100: 19 } });
    t.notDeepEqual(other, first);
    t.like(await upload(store, 'gpu-b', digest, other, 10_000), { storedSize: first.byteLength, isNew: false });
    t.is((await store.put(content)).storedSize, first.byteLength);
    t.deepEqual(
      (await Array.fromAsync(store.list())).map((blob) => blob.digest),
      [digest],
    );
    t.true((await contentOf(store, digest)).equals(content));
    t.deepEqual(Buffer.concat(await Array.fromAsync(store.read(digest, { start: 3, end: 9 }))), first.subarray(3, 9));
  });

  test(`${name}: an upload goes on where it was cut, in another process too`, async (t) => {
    const place = await fresh(t);
    const { store } = place;
    const content = randomBytes(5000);
    const digest = digestOf(content);
    const stored = zstdCompressSync(content);
    const key = { captureUid, node: 'gpu-a', digest };
    {
      await using cut = await store.openUpload(key);
      await cut.append(stored.subarray(0, 3000));
    }
    const restarted = await place.restarted();
    t.is(await restarted.received(key), 3000);
    t.is(await restarted.received({ ...key, node: 'gpu-b' }), 0, "another node's upload is another one");
    await using open = await restarted.openUpload(key);
    t.is(open.received, 3000);
    await open.truncate(2000);
    await open.append(stored.subarray(2000));
    t.is((await open.commit({ size: 5000 })).storedSize, stored.byteLength);
    t.is(await restarted.received(key), 0);
  });

  test(`${name}: what is not exactly the promised content is refused and thrown away`, async (t) => {
    const place = await fresh(t);
    const { store } = place;
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
      t.deepEqual(await readdir(place.uploads), []);
    }
    await upload(store, 'gpu-a', digest, stored, 5000);
  });

  test(`${name}: no name that is not a digest, UID or node becomes a path`, async (t) => {
    const place = await fresh(t);
    const { store } = place;
    const ledger = await place.ledger();
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

  test(`${name}: the sweep takes what no capture refers to and no one touched lately`, async (t) => {
    const place = await fresh(t);
    const { store } = place;
    const [kept, old, young] = await Promise.all(['kept', 'old', 'fresh'].map((text) => store.put(Buffer.from(text))));
    const long = new Date(Date.now() - 3_600_000);
    for (const { digest } of [kept!, old!]) await place.age(digest, long);
    {
      await using cut = await store.openUpload({ captureUid, node: 'gpu-a', digest: digestOf(Buffer.from('cut')) });
      await cut.append(Buffer.from('x'));
    }
    await utimes(join(place.uploads, (await readdir(place.uploads))[0]!), long, long);
    const swept = await store.sweep({
      isReferenced: (digest) => digest === kept!.digest,
      olderThan: Date.now() - 600_000,
    });
    t.deepEqual(swept, { blobs: 1, bytes: old!.storedSize, uploads: 1 });
    t.deepEqual(
      new Set((await Array.fromAsync(store.list())).map(({ digest }) => digest)),
      new Set([kept!.digest, young!.digest]),
    );
    // Wanted again at the last moment: storing an equal blob makes it young.
    await place.age(young!.digest, long);
    await store.put(Buffer.from('fresh'));
    t.is((await store.sweep({ isReferenced: () => false, olderThan: Date.now() - 600_000 })).blobs, 1);
    t.is(await store.storedSize(young!.digest), young!.storedSize);
  });

  test(`${name}: the ledger remembers captures, blobs, manifests and seals, and forgets a removed capture`, async (t) => {
    const place = await fresh(t);
    const ledger = await place.ledger();
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

    const again = await place.ledger();
    t.deepEqual(await again.captures(), [SAMPLE_CAPTURE]);
    t.deepEqual(await again.nodes(captureUid), ['gpu-a']);
    const node = await again.node(captureUid, 'gpu-a');
    t.deepEqual([...node.blobs.values()], [blob]);
    t.deepEqual([...node.manifests.values()], [newer]);
    t.deepEqual(await again.revisions(captureUid), [seal]);
    const references = [
      { digest: blob.digest, held: 4 },
      ...[manifest, newer, seal].map(({ digest }) => ({ digest, held: 0 })),
    ];
    t.deepEqual(await Array.fromAsync(again.references(captureUid)), references);
    for (const { digest } of references) t.true(await again.refersTo(captureUid, digest));
    t.false(await again.refersTo(captureUid, digestOf(Buffer.from('another'))));
    t.true([undefined, 17].includes(await again.knownSize(captureUid, blob.digest)));
    t.deepEqual([...(await again.node(captureUid, 'gpu-z')).blobs], []);
    await again.remove(captureUid);
    await again.remove(captureUid);
    t.deepEqual(await again.captures(), []);
    t.deepEqual(await again.nodes(captureUid), []);
  });
}
