import { randomBytes, randomUUID } from 'node:crypto';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { type S3Proxy, type S3Server, startS3Proxy, startS3Server } from '@nicdiag/tools';
import test, { type ExecutionContext } from 'ava';
import { digestOf, hexOf } from '../../src/digest.ts';
import { StoreError } from '../../src/store/blobStore.ts';
import { type Bucket, type BucketOptions, openBucket } from '../../src/store/s3/bucket.ts';
import { checkBucket } from '../../src/store/s3/checkBucket.ts';
import { createS3BlobStore } from '../../src/store/s3/s3BlobStore.ts';
import { createS3Ledger } from '../../src/store/s3/s3Ledger.ts';
import { SAMPLE_CAPTURE } from '../sampleManifests.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';
import { storeContract } from './storeContract.ts';

const BUCKET = 'captures';
const captureUid = SAMPLE_CAPTURE.uid;
let shared: S3Server;

test.before(async () => {
  shared = await startS3Server({ buckets: [BUCKET] });
  process.env['AWS_ACCESS_KEY_ID'] = shared.credentials.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = shared.credentials.secretAccessKey;
});
test.after.always(() => shared[Symbol.asyncDispose]());

function bucketOf(t: ExecutionContext, options: Partial<BucketOptions> = {}): Bucket {
  const bucket = openBucket({
    ...{ bucket: BUCKET, prefix: randomUUID(), endpoint: shared.endpoint, region: shared.region },
    ...{ forcePathStyle: true, ...options },
  });
  t.teardown(() => bucket[Symbol.dispose]());
  return bucket;
}

async function proxyOf(t: ExecutionContext, server = shared): Promise<S3Proxy> {
  const proxy = await startS3Proxy(server);
  t.teardown(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

storeContract('S3', async (t) => {
  const prefix = `site-a/${randomUUID()}`;
  // Two objects a page, so that every listing is read in pages.
  const bucket = bucketOf(t, { prefix, pageSize: 2 });
  const staging = await temporaryDirectory(t);
  const open = () => createS3BlobStore({ bucket, staging });
  return {
    store: await open(),
    restarted: open,
    ledger: async () => createS3Ledger(bucket),
    uploads: staging,
    age: (digest, time) =>
      utimes(join(shared.directory, BUCKET, prefix, 'blobs', hexOf(digest).slice(0, 2), hexOf(digest)), time, time),
  };
});

test('hundreds of records are read from listings in pages, in their order', async (t) => {
  const ledger = createS3Ledger(bucketOf(t, { pageSize: 7 }));
  await ledger.open(SAMPLE_CAPTURE);
  const seals = Array.from({ length: 12 }, (_, index) => ({
    ...{ revision: index + 1, digest: digestOf(Buffer.of(index)), sizeBytes: index },
  }));
  for (const seal of seals) await ledger.recordRevision(captureUid, seal);
  t.deepEqual(await ledger.revisions(captureUid), seals);
  const blobs = Array.from({ length: 120 }, (_, index) => ({
    ...{ digest: digestOf(Buffer.from(`blob ${index}`)), size: index, storedSize: 10 + index },
  }));
  await Promise.all(blobs.map((blob, index) => ledger.recordBlob(captureUid, `gpu-${index % 3}`, blob)));
  t.deepEqual(await ledger.nodes(captureUid), ['gpu-0', 'gpu-1', 'gpu-2']);
  t.is((await ledger.node(captureUid, 'gpu-1')).blobs.size, 40);
  // The last manifest of a device counts, also of twelve that came at the same moment.
  const manifest = {
    pciAddress: '0000:03:00.0',
    sizeBytes: 2,
    state: 'Partial' as const,
    totalBytes: 4,
    storedBytes: 9,
  };
  const records = Array.from({ length: 12 }, (_, index) => ({
    ...manifest,
    digest: digestOf(Buffer.from(`m${index}`)),
  }));
  await Promise.all(records.map((record) => ledger.recordManifest(captureUid, 'gpu-1', record)));
  t.deepEqual([...(await ledger.node(captureUid, 'gpu-1')).manifests.values()], [records[11]!]);
  t.is((await Array.fromAsync(ledger.references(captureUid))).length, 144);
});

test('what is filed for a capture that is removed leaves nothing behind', async (t) => {
  const prefix = randomUUID();
  const ledger = createS3Ledger(bucketOf(t, { prefix }));
  await ledger.open(SAMPLE_CAPTURE);
  await ledger.remove(captureUid);
  const blob = { digest: digestOf(Buffer.of(1)), size: 1, storedSize: 10 };
  await t.throwsAsync(ledger.recordBlob(captureUid, 'gpu-a', blob), { message: /is removed/ });
  t.deepEqual(await ledger.nodes(captureUid), []);
});

test('uploads together have no more staging than they may; the room comes back', async (t) => {
  const bucket = bucketOf(t);
  const store = await createS3BlobStore({ bucket, staging: await temporaryDirectory(t), stagingLimit: 6000 });
  const content = randomBytes(4000);
  const key = { captureUid, node: 'gpu-a', digest: digestOf(content) };
  const stored = zstdCompressSync(content);
  await using first = await store.openUpload(key);
  await first.append(stored);
  await using second = await store.openUpload({ ...key, node: 'gpu-b' });
  const full = await t.throwsAsync(second.append(stored), { instanceOf: StoreError });
  t.is(full?.code, 'StoreFull');
  await first.commit({ size: 4000 });
  await second.append(stored);
  await second.commit({ size: 4000 });
});

test('a bucket that is missing, wrong credentials and a dead endpoint are each said with what to do', async (t) => {
  const missing = await t.throwsAsync(checkBucket(bucketOf(t, { bucket: 'nowhere' })), { instanceOf: StoreError });
  t.is(missing?.code, 'StoreRefused');
  t.regex(missing?.message ?? '', /bucket nowhere: NoSuchBucket.*make the bucket/);
  for (const credentials of [
    { accessKeyId: 'stranger', secretAccessKey: 'a-secret-of-nobody' },
    { ...shared.credentials, secretAccessKey: 'a-secret-of-nobody' },
  ]) {
    const denied = await t.throwsAsync(checkBucket(bucketOf(t, { credentials })), { instanceOf: StoreError });
    t.is(denied?.code, 'StoreRefused');
    t.regex(denied?.message ?? '', /check the credentials/);
    t.false(denied?.message.includes(credentials.secretAccessKey));
  }
  const dead = await t.throwsAsync(checkBucket(bucketOf(t, { endpoint: 'http://127.0.0.1:1', attempts: 2 })));
  t.is(dead instanceof StoreError && dead.code, 'StoreUnavailable');
  await checkBucket(bucketOf(t));
});

test('503s and broken connections are tried again; nothing is acknowledged that the bucket has not', async (t) => {
  const { faults, endpoint } = await proxyOf(t);
  const prefix = randomUUID();
  const store = await createS3BlobStore({
    bucket: bucketOf(t, { prefix, endpoint, attempts: 3 }),
    staging: await temporaryDirectory(t),
  });
  const content = randomBytes(3_000_000);
  const digest = digestOf(content);
  const stored = zstdCompressSync(content);
  const key = { captureUid, node: 'gpu-a', digest };
  {
    await using upload = await store.openUpload(key);
    await upload.append(stored);
    faults.push(...Array.from({ length: 20 }, () => 'unavailable' as const));
    const failed = await t.throwsAsync(upload.commit({ size: content.byteLength }), { instanceOf: StoreError });
    t.is(failed?.code, 'StoreUnavailable');
    faults.length = 0;
  }
  t.is(await store.storedSize(digest), undefined);
  t.is(await store.received(key), stored.byteLength, 'what was sent is kept for the next try');
  await using again = await store.openUpload(key);
  // One for the look whether it is there, then two for the object itself.
  faults.push('unavailable', 'none', 'cut', 'unavailable');
  t.is((await again.commit({ size: content.byteLength })).storedSize, stored.byteLength);
  faults.push('cutBody', 'cutBody', 'unavailable');
  t.true(
    Buffer.concat(await Array.fromAsync(store.read(digest, { start: 5, end: 2_900_000 }))).equals(
      stored.subarray(5, 2_900_000),
    ),
  );
  t.deepEqual(faults, []);
});

test('an S3 server that is killed while it takes a blob has it whole or not at all, and takes it when it is back', async (t) => {
  await using server = await startS3Server({ buckets: [BUCKET] });
  const { faults, endpoint } = await proxyOf(t, server);
  const bucket = bucketOf(t, { endpoint, prefix: 'p', attempts: 1 });
  const store = await createS3BlobStore({ bucket, staging: await temporaryDirectory(t) });
  const content = randomBytes(32_000_000);
  const digest = digestOf(content);
  await using upload = await store.openUpload({ captureUid, node: 'gpu-a', digest });
  await upload.append(zstdCompressSync(content));
  // After the look whether it is there: when the first bytes of the object are at the server.
  faults.push('none', () => server.kill());
  const failed = await t.throwsAsync(upload.commit({ size: content.byteLength }), { instanceOf: StoreError });
  t.is(failed?.code, 'StoreUnavailable');
  await server.start();
  t.is(await store.storedSize(digest), undefined);
  const { storedSize } = await upload.commit({ size: content.byteLength });
  t.is(await store.storedSize(digest), storedSize);
});

test('a blob that takes longer than the silence that is allowed is stored all the same', async (t) => {
  const proxy = await proxyOf(t);
  const { endpoint } = proxy;
  proxy.bytesPerSecond = 10_000_000;
  const bucket = bucketOf(t, { endpoint, silenceMs: 2_500, patienceMs: 1_200, attempts: 1 });
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'blob');
  const bytes = randomBytes(40_000_000);
  await writeFile(path, bytes);
  const started = performance.now();
  t.true(await bucket.addFile('blobs/slow', path, bytes.byteLength));
  t.true(performance.now() - started > 2_500, 'it took longer than silence and patience');
  t.true(Buffer.concat(await Array.fromAsync(bucket.read('blobs/slow'))).equals(bytes));
});

test('a bucket that is too slow is given up in time, and said to be so', async (t) => {
  const proxy = await proxyOf(t);
  const bucket = bucketOf(t, { endpoint: proxy.endpoint, patienceMs: 6_000 });
  await bucket.mark('a');
  proxy.delayMs = 60_000;
  const slow = await t.throwsAsync(bucket.mark('b'), { instanceOf: StoreError });
  t.is(slow?.code, 'StoreUnavailable');
  t.regex(
    slow?.message ?? '',
    /^bucket captures is too slow: it was asked to write [\w-]+\/b and did not answer in time/,
  );
  proxy.delayMs = 0;
  await bucket.mark('b');
});

test('what a policy does not allow is said with the bucket and the permission', async (t) => {
  await using server = await startS3Server({ buckets: [BUCKET] });
  const user = await server.addUser('store');
  const bucket = bucketOf(t, { endpoint: server.endpoint, credentials: user, prefix: 'site-a', attempts: 1 });
  const all = ['s3:ListBucket', 's3:PutObject', 's3:GetObject', 's3:DeleteObject'];
  for (const [missing, verb] of [
    ['s3:ListBucket', 'list'],
    ['s3:PutObject', 'write'],
    ['s3:GetObject', 'look at'],
    ['s3:DeleteObject', 'delete'],
  ] as const) {
    await server.allow(
      BUCKET,
      user,
      all.filter((action) => action !== missing),
    );
    const denied = await t.throwsAsync(checkBucket(bucket), { instanceOf: StoreError });
    t.is(denied?.code, 'StoreRefused');
    t.regex(
      denied?.message ?? '',
      new RegExp(`^could not ${verb} site-a/probe/.* in bucket captures: .*allow its credentials .*${missing}`),
    );
  }
  await server.allow(BUCKET, user, all);
  await checkBucket(bucket);
});

test('a server that does not mind conditions on writing is refused', async (t) => {
  const proxy = await proxyOf(t);
  const bucket = bucketOf(t, { endpoint: proxy.endpoint });
  await checkBucket(bucket);
  proxy.ignoresConditions = true;
  const refused = await t.throwsAsync(checkBucket(bucket), { instanceOf: StoreError });
  t.is(refused?.code, 'StoreRefused');
  t.regex(refused?.message ?? '', /does not mind If-None-Match on PUT, without which two servers could spoil it/);
});

test('what a capture has filed is listed once and then known, also when it grows', async (t) => {
  const proxy = await proxyOf(t);
  const prefix = randomUUID();
  const ledger = createS3Ledger(bucketOf(t, { prefix, endpoint: proxy.endpoint }));
  const blob = (text: string) => ({ digest: digestOf(Buffer.from(text)), size: 1, storedSize: 10 });
  await createS3Ledger(bucketOf(t, { prefix })).recordBlob(captureUid, 'gpu-a', blob('before the restart'));
  for (let round = 0; round < 50; round += 1) {
    await ledger.open(SAMPLE_CAPTURE);
    t.is((await ledger.node(captureUid, 'gpu-a')).blobs.size, 1);
    t.deepEqual(await ledger.revisions(captureUid), []);
  }
  t.is(proxy.requests.length, 2, 'one key for the capture, one listing');
  // Filed while the listing is under way, by whichever node: nothing is missed and nothing counted twice.
  const cold = createS3Ledger(bucketOf(t, { prefix, endpoint: proxy.endpoint, pageSize: 1 }));
  const blobs = Array.from({ length: 10 }, (_, index) => blob(`blob ${index}`));
  await Promise.all([
    cold.node(captureUid, 'gpu-a'),
    ...blobs.map((each) => cold.recordBlob(captureUid, 'gpu-a', each)),
  ]);
  t.is((await cold.node(captureUid, 'gpu-a')).blobs.size, 11);
  t.is((await createS3Ledger(bucketOf(t, { prefix })).node(captureUid, 'gpu-a')).blobs.size, 11);
});

test('a record whose writing failed is not remembered, and is when it is there', async (t) => {
  const proxy = await proxyOf(t);
  const ledger = createS3Ledger(bucketOf(t, { endpoint: proxy.endpoint, attempts: 1 }));
  const blob = { digest: digestOf(Buffer.of(1)), size: 1, storedSize: 10 };
  t.is((await ledger.node(captureUid, 'gpu-a')).blobs.size, 0);
  proxy.faults.push('unavailable');
  await t.throwsAsync(ledger.recordBlob(captureUid, 'gpu-a', blob), { instanceOf: StoreError });
  t.is((await ledger.node(captureUid, 'gpu-a')).blobs.size, 0);
  // The record comes through, its answer does not.
  proxy.faults.push('cutAnswer');
  await t.throwsAsync(ledger.recordBlob(captureUid, 'gpu-a', blob), { instanceOf: StoreError });
  t.is((await ledger.node(captureUid, 'gpu-a')).blobs.size, 1);
});

test('captures beyond the bound on memory are forgotten and read anew', async (t) => {
  const proxy = await proxyOf(t);
  const ledger = createS3Ledger(bucketOf(t, { endpoint: proxy.endpoint }), { maxRecords: 4 });
  const uids = ['1', '2', '3'].map((digit) => captureUid.replace(/.$/, digit));
  for (const uid of uids) {
    for (const text of ['a', 'b', 'c']) {
      await ledger.recordBlob(uid, 'gpu-a', { digest: digestOf(Buffer.from(text)), size: 1, storedSize: 10 });
    }
  }
  const listings = () => proxy.requests.filter((request) => request.startsWith('GET ')).length;
  for (const uid of uids) t.is((await ledger.node(uid, 'gpu-a')).blobs.size, 3);
  t.is(listings(), 3);
  t.is((await ledger.node(uids[2]!, 'gpu-a')).blobs.size, 3);
  t.is(listings(), 3, 'the newest is in memory');
  t.is((await ledger.node(uids[0]!, 'gpu-a')).blobs.size, 3);
  t.is(listings(), 4);
});

test('a server that may not use the bucket answers nothing, also not from memory', async (t) => {
  let refusal: StoreError | undefined;
  const bucket = bucketOf(t, { gate: () => refusal });
  const ledger = createS3Ledger(bucket);
  await ledger.open(SAMPLE_CAPTURE);
  t.is((await ledger.node(captureUid, 'gpu-a')).blobs.size, 0);
  refusal = new StoreError('StoreUnavailable', 'another server has it');
  await t.throwsAsync(ledger.node(captureUid, 'gpu-a'), { is: refusal });
  await t.throwsAsync(bucket.mark('a'), { is: refusal });
  await t.throwsAsync(bucket.stat('a'), { is: refusal });
  refusal = undefined;
  t.is(await bucket.stat('a'), undefined);
});
