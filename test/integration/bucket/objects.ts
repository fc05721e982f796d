import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { S3Server } from '@nicdiag/tools';
import { BUCKET } from './bucketOptions.ts';

/** Keys of all objects in the bucket, without what the server writes for itself. */
export function objectKeys({ directory }: S3Server): string[] {
  return readdirSync(join(directory, BUCKET), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, BUCKET).length + 1))
    .filter((key) => !key.startsWith('.') && !/^clusters\/east\/(owner|probe\/.*)$/.test(key))
    .sort();
}
