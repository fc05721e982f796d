import { StoreError } from '../blobStore.ts';

/** What can be known of an answer of S3 without the client's classes: servers other than Amazon's have names of their own. */
interface S3Failure {
  readonly name: string;
  readonly message: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
}

/** @param answer what was thrown, or the output of a command */
export function s3FailureOf(answer: unknown): S3Failure {
  const { name, message } = answer instanceof Error ? answer : { name: '', message: String(answer) };
  const about: unknown =
    typeof answer === 'object' && answer !== null && '$metadata' in answer ? answer.$metadata : undefined;
  const status: unknown =
    typeof about === 'object' && about !== null && 'httpStatusCode' in about ? about.httpStatusCode : 0;
  return { name, message, status: typeof status === 'number' ? status : 0 };
}

/** A request as its errors tell of it. */
export interface S3Doing {
  readonly bucket: string;
  /** E.g. `write blobs/ab/ab…`. */
  readonly doing: string;
  /** What the credentials must be allowed for it, as AWS names it. */
  readonly permission: string;
}

const FULL = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull', 'StorageFull']);

/** Of credentials, whatever the status: expired tokens are 400, and versitygw says 404 for an access key that nobody has. */
const CREDENTIALS = new Set([
  ...['ExpiredToken', 'InvalidToken', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed'],
  'XAdminUserNotFound',
]);

/** A request that the bucket did not answer as hoped, after the client's own tries, as an error that says what to do. */
export function storeErrorOf(thrown: unknown, { bucket, doing, permission }: S3Doing): StoreError {
  if (thrown instanceof StoreError) return thrown;
  const { name, message, status } = s3FailureOf(thrown);
  // An answer without a body, as to HEAD, has a message that says nothing.
  const words = [name === 'Error' ? '' : name, message === 'UnknownError' ? '' : message].filter((word) => word !== '');
  const said = `could not ${doing} in bucket ${bucket}: ${words.join(': ')}`;
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
  if (CREDENTIALS.has(name)) {
    return new StoreError('StoreRefused', `${said}; check the credentials, and this machine's clock`, options);
  }
  if (status === 401 || status === 403) {
    const advice = `allow its credentials ${permission} there, in their policy and in the bucket's`;
    return new StoreError('StoreRefused', `${said}; ${advice}`, options);
  }
  if (status >= 300 && status < 500 && status !== 408 && status !== 409 && status !== 429) {
    return new StoreError('StoreRefused', `${said}; check region, endpoint and path style`, options);
  }
  return new StoreError('StoreUnavailable', `${said}; it is tried again`, options);
}
