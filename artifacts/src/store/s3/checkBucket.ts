import { randomUUID } from 'node:crypto';
import { StoreError } from '../blobStore.ts';
import type { Bucket } from './bucket.ts';

/** What a check that was killed left behind goes after this. */
const LEFT_BEHIND_MS = 3_600_000;

/** Lists, writes, looks, reads and deletes once, and tries whether the bucket minds conditions: some servers take requests
 * with `If-None-Match` or `If-Match` and do as if they were not there.
 * @throws StoreError saying what does not work */
export async function checkBucket(bucket: Bucket): Promise<void> {
  for await (const { key, modified } of bucket.list('probe/')) {
    if (modified < Date.now() - LEFT_BEHIND_MS) await bucket.remove(key);
  }
  // Two servers may do this at the same time.
  const key = `probe/${randomUUID()}`;
  const etag = await bucket.putIf(key, 'first', 'absent');
  if (etag === undefined || (await bucket.stat(key)) === undefined || (await bucket.get(key))?.text !== 'first') {
    throw refused(bucket, 'does not show what was just written: it must be consistent at once');
  }
  if ((await bucket.putIf(key, 'second', 'absent')) !== undefined) throw unconditional(bucket, 'If-None-Match');
  if ((await bucket.putIf(key, 'third', { etag: '"00000000000000000000000000000000"' })) !== undefined) {
    throw unconditional(bucket, 'If-Match');
  }
  if ((await bucket.putIf(key, 'fourth', { etag })) === undefined) {
    throw refused(bucket, 'refuses a write whose If-Match names the ETag that it gave itself');
  }
  await bucket.remove(key);
  if ((await bucket.stat(key)) !== undefined) {
    throw refused(bucket, 'shows what was just deleted: it must be consistent at once');
  }
}

function unconditional(bucket: Bucket, header: string): StoreError {
  return refused(
    bucket,
    `does not mind ${header} on PUT, without which two servers could spoil it: use another S3 server`,
  );
}

function refused(bucket: Bucket, what: string): StoreError {
  return new StoreError('StoreRefused', `${bucket.name} ${what}`);
}
