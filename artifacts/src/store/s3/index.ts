/** Apart from the package's other exports: only the artifact server loads the S3 client. */
export { type Bucket, type BucketOptions, openBucket } from './bucket.ts';
export { checkBucket } from './checkBucket.ts';
export { createPrefixOwner, type OwnerTimes, PrefixLostError, type PrefixOwner } from './prefixOwner.ts';
export { createS3BlobStore } from './s3BlobStore.ts';
export type { S3Request } from './s3Client.ts';
export { createS3Ledger } from './s3Ledger.ts';
