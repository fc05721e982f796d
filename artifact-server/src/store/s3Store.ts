import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '@nicdiag/artifacts';
import {
  checkBucket,
  createPrefixOwner,
  createS3BlobStore,
  createS3Ledger,
  openBucket,
  type S3Request,
} from '@nicdiag/artifacts/s3';
import { createBucketHealth } from './bucketHealth.ts';
import { createBucketMetrics } from './bucketMetrics.ts';
import type { OpenStoreParts, ServerStore } from './serverStore.ts';
import { stagingHolder } from './stagingHolder.ts';
import type { S3Location } from './storeLocation.ts';

/** What a file system and the last chunks that are written at once may take beyond the bytes of uploads. */
const STAGING_SHARE = 0.95;
/** A renewal that takes longer is given up and tried again. */
const OWNER_PATIENCE_MS = 8_000;

/** A bucket as the server's store. It is opened whatever the bucket says: until it can be used, and whenever it cannot, requests
 * are refused with the reason, and the server is not ready. */
export async function openS3Store(location: S3Location, { logger, metrics }: OpenStoreParts): Promise<ServerStore> {
  const { bucket: name, prefix, endpoint, region, forcePathStyle, caFile, staging, stagingLimit } = location;
  const common = {
    ...{ bucket: name, prefix, region, forcePathStyle },
    ...(endpoint !== undefined && { endpoint }),
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    onRequest: (request: S3Request) => counted.request(request),
  };
  const direct = openBucket({ ...common, attempts: 3, patienceMs: OWNER_PATIENCE_MS });
  const about = { store: direct.name };
  const owner = createPrefixOwner({
    ...{ bucket: direct, holder: await stagingHolder(staging), host: hostname() },
    onEvent(message, error) {
      logger.log(error === undefined ? 'info' : 'warn', message, { ...about, error });
      if (error !== undefined) health.suspect();
    },
  });
  const health = createBucketHealth({
    check: () => checkBucket(direct),
    onChange: (error) =>
      error === undefined
        ? logger.info('the bucket answers as it should', about)
        : logger.error('the bucket cannot be used', { ...about, error }),
  });
  let ending: StoreError | undefined;
  const refusal = () => ending ?? health.refusal() ?? owner.refusal();
  const bucket = openBucket({ ...common, gate: refusal });
  const limit = stagingLimit === undefined ? undefined : Math.floor(stagingLimit * STAGING_SHARE);
  const counted = createBucketMetrics(metrics.registry, { isUp: () => refusal() === undefined, stagingLimit: limit });
  return {
    store: await createS3BlobStore({
      ...{ bucket, staging: join(staging, 'uploads'), onStagedBytes: counted.staged },
      ...(limit !== undefined && { stagingLimit: limit }),
    }),
    ledger: createS3Ledger(bucket),
    notReady: () => [refusal()].flatMap((why) => why?.message ?? []),
    close() {
      // A sweep of a large bucket takes minutes, and the prefix is to be given back.
      ending = new StoreError('StoreUnavailable', 'the artifact server is ending');
    },
    async run({ signal }) {
      using _buckets = bucket;
      using _direct = direct;
      const checked = new AbortController();
      const checks = health.run({ signal: AbortSignal.any([signal, checked.signal]) });
      try {
        // Not before the first check: whoever takes a prefix must know that the bucket minds conditions.
        await health.untilGood({ signal });
        await owner.run({ signal });
      } finally {
        checked.abort();
        await checks;
      }
    },
  };
}
