import { StoreError } from '../blobStore.ts';

/** What can be known of an error of the S3 client without its classes: servers other than Amazon's have names of their own. */
interface S3Failure {
  readonly name: string;
  readonly message: string;
  readonly status: number;
}

export function s3FailureOf(thrown: unknown): S3Failure {
  if (!(thrown instanceof Error)) return { name: '', message: String(thrown), status: 0 };
  const metadata: unknown = '$metadata' in thrown ? thrown.$metadata : undefined;
  const code: unknown =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : 0;
  return { name: thrown.name, message: thrown.message, status: typeof code === 'number' ? code : 0 };
}

const FULL = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull', 'StorageFull']);

/** Of credentials, whatever the status: expired tokens are 400, and versitygw says 404 for an access key that nobody has. */
const CREDENTIALS = new Set(['ExpiredToken', 'InvalidToken', 'InvalidAccessKeyId', 'XAdminUserNotFound']);

/** A request that the bucket did not answer as hoped, after the client's own tries, as an error that says what to do.
 * @param doing e.g. `write blobs/ab/ab…` */
export function storeErrorOf(thrown: unknown, bucket: string, doing: string): StoreError {
  if (thrown instanceof StoreError) return thrown;
  const { name, message, status } = s3FailureOf(thrown);
  const said = `could not ${doing} in bucket ${bucket}: ${name === 'Error' ? '' : `${name}: `}${message}`;
  const options = { cause: thrown };
  if (FULL.has(name) || status === 507) {
    return new StoreError('StoreFull', `${said}; raise the quota of the bucket or delete captures`, options);
  }
  if (name === 'NoSuchBucket') {
    return new StoreError('StoreRefused', `${said}; make the bucket, or correct its name, region or endpoint`, options);
  }
  if (name === 'CredentialsProviderError') {
    const advice = 'give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a web identity';
    return new StoreError('StoreRefused', `${said}; ${advice}`, options);
  }
  if (status === 401 || status === 403 || CREDENTIALS.has(name)) {
    const advice = 'check the credentials, and that they may list, read, write and delete under the prefix';
    return new StoreError('StoreRefused', `${said}; ${advice}`, options);
  }
  if (status >= 300 && status < 500 && status !== 408 && status !== 409 && status !== 429) {
    return new StoreError('StoreRefused', `${said}; check region, endpoint and path style`, options);
  }
  return new StoreError('StoreUnavailable', `${said}; it is tried again`, options);
}
