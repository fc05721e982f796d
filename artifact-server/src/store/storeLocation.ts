import { parseQuantity } from '@nicdiag/runtime';
import { checked, given, UsageError } from '../usageError.ts';

/** Where the store is. */
export type StoreLocation = { readonly type: 'directory'; readonly directory: string } | S3Location;

export interface S3Location {
  readonly type: 'bucket';
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly region: string;
  /** Default: Amazon's of the region. */
  readonly endpoint?: string;
  readonly forcePathStyle: boolean;
  /** PEM file. */
  readonly caFile?: string;
  /** Directory of uploads on their way; made if missing. */
  readonly staging: string;
  /** Bytes that they may have. */
  readonly stagingLimit?: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The flags that go with a bucket. */
export interface BucketFlags {
  readonly 's3-endpoint'?: string | undefined;
  readonly 's3-region'?: string | undefined;
  readonly 's3-force-path-style'?: boolean | undefined;
  readonly 's3-ca'?: string | undefined;
  readonly staging?: string | undefined;
  readonly 'staging-limit'?: string | undefined;
}

const BUCKET_FLAGS = ['s3-endpoint', 's3-region', 's3-force-path-style', 's3-ca', 'staging', 'staging-limit'] as const;
/** @source https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html (safe characters) */
const LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w!.*'()-]+(?:\/[\w!.*'()-]+)*)?)?$/;

/** @param store of `--store`: a directory or `s3://bucket/prefix`
 * @throws UsageError */
export function parseStoreLocation(store: string, flags: BucketFlags, env: Environment): StoreLocation {
  if (store.startsWith('s3:')) return parseBucket(store, flags, env);
  const foreign = BUCKET_FLAGS.find((flag) => flags[flag] !== undefined);
  if (foreign !== undefined) throw new UsageError(`--${foreign} is for --store s3://BUCKET, not for a directory`);
  return { type: 'directory', directory: store };
}

function parseBucket(store: string, flags: BucketFlags, env: Environment): S3Location {
  const [, bucket, prefix = ''] = LOCATION.exec(store) ?? [];
  if (bucket === undefined) {
    throw new UsageError(
      `--store: ${store} is not s3://BUCKET or s3://BUCKET/PREFIX, a prefix of letters, digits and ! _ . * ' ( ) - /`,
    );
  }
  const region = flags['s3-region'] ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? '';
  if (region === '') throw new UsageError('--s3-region is required where AWS_REGION is not set');
  const { 's3-endpoint': endpoint, 's3-ca': caFile, 'staging-limit': limit } = flags;
  if (endpoint !== undefined && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    throw new UsageError(`--s3-endpoint must be an http or https URL, not ${endpoint}`);
  }
  return {
    ...{ type: 'bucket', bucket, prefix, region, forcePathStyle: flags['s3-force-path-style'] ?? false },
    staging: given(flags, 'staging'),
    ...(endpoint !== undefined && { endpoint }),
    ...(caFile !== undefined && { caFile }),
    ...(limit !== undefined && { stagingLimit: parseQuantity(checked('staging-limit', limit, parseQuantity)) }),
  };
}

/** The directory that this process alone may use. */
export function workingDirectory(location: StoreLocation): string {
  return location.type === 'directory' ? location.directory : location.staging;
}
