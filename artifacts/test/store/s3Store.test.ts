import { randomBytes, randomUUID } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { type S3Server, startS3Server } from '@nicdiag/tools';
import test, { type ExecutionContext } from 'ava';
import { digestOf, hexOf } from '../../src/digest.ts';
import { StoreError } from '../../src/store/blobStore.ts';
import { type Bucket, type BucketOptions, openBucket } from '../../src/store/s3/bucket.ts';
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
  const missing = await t.throwsAsync(bucketOf(t, { bucket: 'nowhere' }).check(), { instanceOf: StoreError });
  t.is(missing?.code, 'StoreRefused');
  t.regex(missing?.message ?? '', /bucket nowhere: NoSuchBucket.*make the bucket/);
  for (const credentials of [
    { accessKeyId: 'stranger', secretAccessKey: 'a-secret-of-nobody' },
    { ...shared.credentials, secretAccessKey: 'a-secret-of-nobody' },
  ]) {
    const denied = await t.throwsAsync(bucketOf(t, { credentials }).check(), { instanceOf: StoreError });
    t.is(denied?.code, 'StoreRefused');
    t.regex(denied?.message ?? '', /check the credentials/);
    t.false(denied?.message.includes(credentials.secretAccessKey));
  }
  const dead = await t.throwsAsync(bucketOf(t, { endpoint: 'http://127.0.0.1:1', attempts: 2 }).check());
  t.is(dead instanceof StoreError && dead.code, 'StoreUnavailable');
  await bucketOf(t).check();
});

test('503s and broken connections are tried again; nothing is acknowledged that the bucket has not', async (t) => {
  const faults: Fault[] = [];
  const proxy = await faultyProxy(t, shared, faults);
  const prefix = randomUUID();
  const store = await createS3BlobStore({
    bucket: bucketOf(t, { prefix, endpoint: proxy, attempts: 3 }),
    staging: await temporaryDirectory(t),
  });
  const content = randomBytes(3_000_000);
  const digest = digestOf(content);
  const stored = zstdCompressSync(content);
  const key = { captureUid, node: 'gpu-a', digest };
  {
    await using upload = await store.openUpload(key);
    await upload.append(stored);
    faults.push(...Array.from({ length: 20 }, (): Fault => 'unavailable'));
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
  const faults: Fault[] = [];
  const proxy = await faultyProxy(t, server, faults);
  const bucket = bucketOf(t, { endpoint: proxy, prefix: 'p', attempts: 1 });
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

/** `cut` breaks the request, `cutBody` the answer after some of it; a function is called when some of the request's body
 * has been passed on. */
type Fault = 'none' | 'unavailable' | 'cut' | 'cutBody' | (() => Promise<void>);

/** Passes requests on to the S3 server, each with the next fault of the list. */
async function faultyProxy(t: ExecutionContext, server: S3Server, faults: Fault[]): Promise<string> {
  const { hostname, port } = new URL(server.endpoint);
  const proxy: Server = createServer((incoming, outgoing) => {
    const fault = faults.shift() ?? 'none';
    if (fault === 'unavailable') {
      incoming.resume();
      outgoing.writeHead(503, { 'content-length': 0, connection: 'close' }).end();
      return;
    }
    if (fault === 'cut') {
      incoming.socket.destroy();
      return;
    }
    const { method, url: path, headers } = incoming;
    const onward = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      if (fault === 'cutBody') answer.once('data', (chunk) => outgoing.write(chunk, () => outgoing.destroy()));
      else answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    if (typeof fault === 'function') incoming.once('data', () => void fault());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
