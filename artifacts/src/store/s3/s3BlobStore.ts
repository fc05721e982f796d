import { type Digest, digestFromHex, hexOf, isDigest, SHA256_HEX_PATTERN } from '../../digest.ts';
import { type BlobStore, StoreError, type SweepResult } from '../blobStore.ts';
import { createKeyedLock, type KeyedLock } from '../keyedLock.ts';
import { createStagedUploads, type StagedUploads, sizeOf, type Taken } from '../stagedUploads.ts';
import type { Bucket } from './bucket.ts';
import { concurrently } from './concurrently.ts';

export interface S3BlobStoreOptions {
  readonly bucket: Bucket;
  /** Local directory for uploads until they are verified. Losing it costs agents what they sent of unfinished ones. */
  readonly staging: string;
  /** Bytes that may lie there. */
  readonly stagingLimit?: number;
  /** Told when the bytes that lie there have changed. */
  readonly onStagedBytes?: (bytes: number) => void;
}

/** What Amazon takes in one PUT; larger objects come in parts, which nothing here sends.
 * @source https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
const MAX_OBJECT_BYTES = 5 * 1024 ** 3;
/** Whether the bucket has a blob of this size is asked before it is sent, not learned from the answer. */
const ASK_FIRST_BYTES = 256 * 1024;
/** Blobs that the sweep looks at, at the same time. */
const LOOKS = 16;

/** Blobs in a bucket:
 *
 *     blobs/<first two hex digits>/<64 hex digits>     one zstd frame, never changed
 *     wanted/<64 hex digits>                           empty; when somebody last brought a blob that was there
 *
 * The first one of two equal blobs stays (`If-None-Match`), so its time stays too; a second object, rather than a copy
 * onto itself, tells the sweep that it is wanted again: copies are limited to 5 GB and cost a version in versioned
 * buckets. One process may use a prefix at a time. */
export async function createS3BlobStore(options: S3BlobStoreOptions): Promise<BlobStore> {
  const { bucket, staging, stagingLimit, onStagedBytes } = options;
  const locks = createKeyedLock();
  const staged = await createStagedUploads({
    directory: staging,
    ...(stagingLimit !== undefined && { limit: stagingLimit }),
    ...(onStagedBytes !== undefined && { onBytes: onStagedBytes }),
    takeIn: (path, digest) => locks.run(digest, () => takeIn(bucket, path, digest)),
  });
  return {
    maxStoredSize: Math.min(MAX_OBJECT_BYTES, stagingLimit ?? MAX_OBJECT_BYTES),
    storedSize: async (digest) => (await bucket.stat(blobKey(digest)))?.size,
    read: (digest, range) => bucket.read(blobKey(digest), range),
    put: staged.put,
    received: staged.received,
    openUpload: staged.open,
    sweep: (options) => sweep({ bucket, staged, locks }, options),
    list: () => listBlobs(bucket),
  };
}

function blobKey(digest: Digest): string {
  if (!isDigest(digest)) throw new StoreError('BlobNotFound', `${JSON.stringify(digest)} is not a digest`);
  const hex = hexOf(digest);
  return `blobs/${hex.slice(0, 2)}/${hex}`;
}

function wantedKey(digest: Digest): string {
  return `wanted/${hexOf(digest)}`;
}

async function takeIn(bucket: Bucket, path: string, digest: Digest): Promise<Taken> {
  const key = blobKey(digest);
  const size = (await sizeOf(path)) ?? 0;
  const there = size < ASK_FIRST_BYTES ? undefined : await bucket.stat(key);
  if (there === undefined && (await added(bucket, key, path, size))) return { storedSize: size, isNew: true };
  await bucket.mark(wantedKey(digest));
  const kept = there ?? (await bucket.stat(key));
  if (kept === undefined) {
    throw new StoreError('StoreUnavailable', `blob ${digest} vanished from the bucket while it was stored`);
  }
  return { storedSize: kept.size, isNew: false };
}

/** A server that has the object may say so and close before it has read the new one: what arrives then is not always its
 * answer, but a broken pipe.
 * @returns false when there is one */
async function added(bucket: Bucket, key: string, path: string, size: number): Promise<boolean> {
  try {
    return await bucket.addFile(key, path, size);
  } catch (error) {
    const unanswered = error instanceof StoreError && error.code === 'StoreUnavailable';
    if (unanswered && (await bucket.stat(key).catch(() => undefined)) !== undefined) return false;
    throw error;
  }
}

async function sweep(
  { bucket, staged, locks }: { readonly bucket: Bucket; readonly staged: StagedUploads; readonly locks: KeyedLock },
  { isReferenced, olderThan }: Parameters<BlobStore['sweep']>[0],
): Promise<SweepResult> {
  const result = { blobs: 0, bytes: 0, uploads: await staged.sweep(olderThan) };
  await concurrently(bucket.list('blobs/'), LOOKS, async ({ key, size, modified }) => {
    const digest = digestOfKey(key);
    if (digest === undefined || isReferenced(digest) || modified >= olderThan) return;
    await locks.run(digest, async () => {
      // The listing may be a page's age old: what counts is what is there now.
      const now = await bucket.stat(key);
      if (now === undefined || now.modified >= olderThan) return;
      const wanted = await bucket.stat(wantedKey(digest));
      if (wanted !== undefined && wanted.modified >= olderThan) return;
      await bucket.remove(key);
      result.blobs += 1;
      result.bytes += size;
    });
  });
  await concurrently(bucket.list('wanted/'), LOOKS, async ({ key, modified }) => {
    const digest = digestOfKey(key);
    if (digest === undefined || modified >= olderThan) return;
    await locks.run(digest, async () => {
      const now = await bucket.stat(key);
      if (now !== undefined && now.modified < olderThan) await bucket.remove(key);
    });
  });
  return result;
}

async function* listBlobs(bucket: Bucket): AsyncGenerator<{ readonly digest: Digest; readonly storedSize: number }> {
  for await (const { key, size } of bucket.list('blobs/')) {
    const digest = digestOfKey(key);
    if (digest !== undefined) yield { digest, storedSize: size };
  }
}

function digestOfKey(key: string): Digest | undefined {
  const hex = key.slice(key.lastIndexOf('/') + 1);
  return SHA256_HEX_PATTERN.test(hex) ? digestFromHex(hex) : undefined;
}
