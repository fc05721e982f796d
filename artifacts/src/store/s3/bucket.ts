import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { StoreError } from '../blobStore.ts';
import { createS3Client, type S3ClientOptions } from './s3Client.ts';
import { s3FailureOf, storeErrorOf } from './s3Error.ts';

export interface BucketOptions extends S3ClientOptions {
  readonly bucket: string;
  /** Of all keys, without slashes at its ends; may be empty. */
  readonly prefix?: string;
  /** Objects in a page of a listing. @default as the server has it, 1000 */
  readonly pageSize?: number;
  /** For a request without content, all its tries together; those with content get a second more for each megabyte.
   * @default 20 s: agents wait 30 s for an answer */
  readonly patienceMs?: number;
}

export interface BucketObject {
  /** Without the prefix. */
  readonly key: string;
  readonly size: number;
  /** By the bucket's clock, milliseconds since the epoch. */
  readonly modified: number;
}

/** The few things that the stores ask of a bucket. Every write is durable when its call resolves. Methods throw
 * StoreError `StoreUnavailable`, `StoreRefused` or `StoreFull`. */
export interface Bucket extends Disposable {
  /** `s3://bucket/prefix`, for messages. */
  readonly name: string;
  /** @throws StoreError of the gate: for what is answered without asking the bucket */
  requireOpen(): void;
  stat(key: string): Promise<BucketObject | undefined>;
  /** @param range `end` exclusive @throws StoreError `BlobNotFound` */
  read(key: string, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /** A small object whole. */
  get(key: string): Promise<{ readonly text: string; readonly etag: string } | undefined>;
  /** Writes a small object if there is none of that key, or the one that is there has that ETag.
   * @returns its ETag; undefined when the condition does not hold */
  putIf(key: string, text: string, condition: 'absent' | { readonly etag: string }): Promise<string | undefined>;
  /** An empty object: its key is what it says. */
  mark(key: string): Promise<void>;
  /** @returns false when there is an object of that key, which stays as it is */
  addFile(key: string, path: string, size: number): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** All objects whose keys begin so, in the order of their keys' bytes. */
  list(prefix: string): AsyncIterable<BucketObject>;
}

const PATIENCE_MS = 20_000;
const BYTES_PER_MS = 1000;
const FIRST_PAUSE_MS = 200;
const READ_BYTES = 256 * 1024;
const NOTHING = new Uint8Array();
const PERMISSIONS = {
  read: 's3:GetObject',
  write: 's3:PutObject',
  delete: 's3:DeleteObject',
  list: 's3:ListBucket',
  // Without the right to list, S3 answers 403 where nothing is.
  'look at': 's3:GetObject and s3:ListBucket',
} as const;
type Verb = keyof typeof PERMISSIONS;

export function openBucket(options: BucketOptions): Bucket {
  const { bucket, prefix = '', pageSize, attempts = 5, gate, patienceMs = PATIENCE_MS } = options;
  const root = prefix === '' ? '' : `${prefix}/`;
  const client = createS3Client(options);
  const at = (key: string) => ({ Bucket: bucket, Key: `${root}${key}` });
  const about = (verb: Verb, key: string) => ({
    ...{ bucket, doing: `${verb} ${root}${key}`, permission: PERMISSIONS[verb] },
  });

  function requireOpen(): void {
    const refusal = gate?.();
    if (refusal !== undefined) throw refusal;
  }

  async function trying<T>(
    verb: Verb,
    key: string,
    work: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
    abortSignal = AbortSignal.timeout(patienceMs),
  ): Promise<T> {
    requireOpen();
    try {
      return await work({ abortSignal });
    } catch (error) {
      if (!abortSignal.aborted) throw storeErrorOf(error, about(verb, key));
      const { doing } = about(verb, key);
      const message = `bucket ${bucket} is too slow: it was asked to ${doing} and did not answer in time; it is tried again`;
      throw new StoreError('StoreUnavailable', message, { cause: error });
    }
  }

  async function* pages(under: string) {
    let token: string | undefined;
    do {
      const page = await trying('list', under, (given) =>
        client.send(
          new ListObjectsV2Command({
            ...{ Bucket: bucket, Prefix: `${root}${under}` },
            ...(pageSize !== undefined && { MaxKeys: pageSize }),
            ...(token !== undefined && { ContinuationToken: token }),
          }),
          given,
        ),
      );
      yield page;
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  return {
    name: `s3://${bucket}/${prefix}`,
    requireOpen,
    stat: (key) =>
      trying('look at', key, async (given) => {
        try {
          const found = await client.send(new HeadObjectCommand(at(key)), given);
          return { key, size: found.ContentLength ?? 0, modified: found.LastModified?.getTime() ?? 0 };
        } catch (error) {
          // A HEAD has no body, so a missing bucket looks the same; `checkBucket` has told that.
          if (s3FailureOf(error).status === 404) return undefined;
          throw error;
        }
      }),
    async *read(key, range) {
      const end = range?.end ?? Number.POSITIVE_INFINITY;
      let position = range?.start ?? 0;
      if (position >= end) return;
      // A connection that breaks goes on where it was: only tries without progress are counted.
      for (let attempt = 1; ; attempt += 1) {
        try {
          for await (const chunk of await bytesOf(key, position, end)) {
            position += chunk.byteLength;
            attempt = 0;
            yield chunk;
          }
          return;
        } catch (error) {
          if (s3FailureOf(error).name === 'InvalidRange') return;
          const problem = storeErrorOf(error, about('read', key));
          if (problem.code !== 'StoreUnavailable' || attempt >= attempts) throw problem;
          await setTimeout(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2));
        }
      }
    },
    get: (key) =>
      trying('read', key, async (given) => {
        try {
          const { Body, ETag } = await client.send(new GetObjectCommand(at(key)), given);
          return { text: (await Body?.transformToString()) ?? '', etag: ETag ?? '' };
        } catch (error) {
          if (s3FailureOf(error).name === 'NoSuchKey') return undefined;
          throw error;
        }
      }),
    putIf: (key, text, condition) =>
      trying('write', key, async (given) => {
        const only = condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
        try {
          const written = await client.send(new PutObjectCommand({ ...at(key), Body: text, ...only }), given);
          return written.ETag ?? '';
        } catch (error) {
          const { status, name } = s3FailureOf(error);
          // 404: there is nothing that could have the ETag.
          if (status === 412 || name === 'NoSuchKey') return undefined;
          throw error;
        }
      }),
    async mark(key) {
      await trying('write', key, (given) =>
        client.send(new PutObjectCommand({ ...at(key), Body: NOTHING, ContentLength: 0 }), given),
      );
    },
    async addFile(key, path, size) {
      const patience = AbortSignal.timeout(patienceMs + Math.ceil(size / BYTES_PER_MS));
      // The client cannot rewind a stream and so does not try it again itself.
      for (let attempt = 1; ; attempt += 1) {
        const body = createReadStream(path, { highWaterMark: READ_BYTES });
        try {
          return await trying(
            'write',
            key,
            async (given) => {
              const put = new PutObjectCommand({ ...at(key), Body: body, ContentLength: size, IfNoneMatch: '*' });
              try {
                await client.send(put, given);
                return true;
              } catch (error) {
                if (s3FailureOf(error).status === 412) return false;
                throw error;
              }
            },
            patience,
          );
        } catch (error) {
          const again = error instanceof StoreError && error.code === 'StoreUnavailable' && !patience.aborted;
          if (!again || attempt >= attempts) throw error;
          await setTimeout(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
        } finally {
          body.destroy();
        }
      }
    },
    async remove(key) {
      await trying('delete', key, (given) => client.send(new DeleteObjectCommand(at(key)), given));
    },
    async *list(under) {
      for await (const page of pages(under)) {
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          if (Key === undefined) continue;
          yield { key: Key.slice(root.length), size: Size ?? 0, modified: LastModified?.getTime() ?? 0 };
        }
      }
    },
    [Symbol.dispose]() {
      client.destroy();
    },
  };

  async function bytesOf(key: string, start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
    const last = end === Number.POSITIVE_INFINITY ? '' : String(end - 1);
    const ranged = start > 0 || last !== '';
    requireOpen();
    try {
      const { Body } = await client.send(
        new GetObjectCommand({ ...at(key), ...(ranged && { Range: `bytes=${start}-${last}` }) }),
      );
      if (!(Body instanceof Readable)) throw new TypeError('the S3 client gave no stream');
      return Body;
    } catch (error) {
      if (s3FailureOf(error).name !== 'NoSuchKey') throw error;
      throw new StoreError('BlobNotFound', `bucket ${bucket} has no ${root}${key}`, { cause: error });
    }
  }
}
