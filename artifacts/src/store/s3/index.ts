/** Apart from the package's other exports: only the artifact server loads the S3 client. */
export { type Bucket, type BucketOptions, openBucket } from './bucket.ts';
export { createS3BlobStore } from './s3BlobStore.ts';
export { createS3Ledger } from './s3Ledger.ts';
