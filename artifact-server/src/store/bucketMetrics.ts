import type { S3Request } from '@nicdiag/artifacts/s3';
import { Counter, Gauge, Histogram, type Registry } from '@nicdiag/runtime';

export interface BucketMetrics {
  request(request: S3Request): void;
  /** @param bytes of all uploads on their way */
  staged(bytes: number): void;
}

const SECONDS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];

/** What only a server with a bucket counts. Names and meanings are in docs/metrics.md. */
export function createBucketMetrics(
  registry: Registry,
  { isUp, stagingLimit }: { readonly isUp: () => boolean; readonly stagingLimit: number | undefined },
): BucketMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'nicdiag_artifact_bucket_requests_total',
    help: 'Tries of requests to the bucket by operation and HTTP status; none when there was no answer',
    ...{ registers, labelNames: ['operation', 'code'] },
  });
  const seconds = new Histogram({
    name: 'nicdiag_artifact_bucket_request_seconds',
    help: 'Time of a try until its answer begins',
    ...{ registers, labelNames: ['operation'], buckets: SECONDS },
  });
  const stagingBytes = new Gauge({
    name: 'nicdiag_artifact_staging_bytes',
    help: 'Bytes of uploads that are not in the bucket yet',
    registers,
  });
  if (stagingLimit !== undefined) {
    const help = 'Bytes that they may have';
    new Gauge({ name: 'nicdiag_artifact_staging_limit_bytes', help, registers }).set(stagingLimit);
  }
  new Gauge({
    name: 'nicdiag_artifact_bucket_up',
    help: '1 while the bucket answers as it should and its prefix is this server’s',
    registers,
    collect() {
      this.set(isUp() ? 1 : 0);
    },
  });
  return {
    request(request) {
      const { operation, status } = request;
      requests.inc({ operation, code: status === 0 ? 'none' : String(status) });
      seconds.observe({ operation }, request.seconds);
    },
    staged: (bytes) => stagingBytes.set(bytes),
  };
}
