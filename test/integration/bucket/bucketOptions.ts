import type { S3Credentials, S3Server, StackOptions } from '@nicdiag/tools';

export const BUCKET = 'captures';

/** What the chart and its Secret say of a store in a bucket.
 * @param more of `artifacts.s3` */
export function bucketOptions(
  { region, credentials }: Pick<S3Server, 'region'> & { readonly credentials: S3Credentials },
  endpoint: string,
  more: Readonly<Record<string, unknown>> = {},
): Required<Pick<StackOptions, 'values' | 'secrets'>> {
  const s3 = { bucket: BUCKET, prefix: 'clusters/east', region, endpoint, forcePathStyle: true };
  return {
    values: JSON.stringify({
      artifacts: { storage: { type: 'S3' }, s3: { ...s3, credentialsSecret: 'nicdiag-bucket', ...more } },
    }),
    secrets: {
      'nicdiag-bucket': {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    },
  };
}
