import { Agent } from 'node:https';
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Credentials } from './startS3Server.ts';

/** Gives a bucket a policy that allows a user these actions and nobody else anything.
 * @source https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html */
export async function putPolicy(
  server: { readonly endpoint: string; readonly region: string; readonly credentials: S3Credentials },
  bucket: string,
  user: string,
  actions: readonly string[],
): Promise<void> {
  const resources = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  // An action goes with the bucket or with its objects: one that does not fit its resource is refused.
  const statements = actions.map((action) => ({
    ...{ Effect: 'Allow', Principal: { AWS: [user] }, Action: [action] },
    Resource: [action === 's3:ListBucket' ? resources[0] : resources[1]],
  }));
  // Its certificate is whatever a test gave it.
  const httpsAgent = new Agent({ rejectUnauthorized: false });
  const client = new S3Client({ ...server, forcePathStyle: true, requestHandler: { httpsAgent } });
  try {
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  } finally {
    client.destroy();
  }
}
