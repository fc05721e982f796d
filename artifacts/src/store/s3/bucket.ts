import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { StoreError } from '../blobStore.ts';
import { s3FailureOf, storeErrorOf } from './s3Error.ts';

export interface BucketOptions {
  readonly bucket: string;
  /** Of all keys, without slashes at its ends; may be empty. */
  readonly prefix?: string;
  /** URL of the server. @default Amazon's of the region */
  readonly endpoint?: string;
  readonly region: string;
  /** `https://endpoint/bucket/key` in place of `https://bucket.endpoint/key`. @default false */
  readonly forcePathStyle?: boolean;
  /** @default as the AWS SDK finds them: environment, files, web identity */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Objects in a page of a listing. @default as the server has it, 1000 */
  readonly pageSize?: number;
  /** How often a request is tried before it fails. @default 5 */
  readonly attempts?: number;
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
  /** Lists, writes, reads and deletes once. @throws StoreError saying what does not work */
  check(): Promise<void>;
  stat(key: string): Promise<BucketObject | undefined>;
  /** @param range `end` exclusive @throws StoreError `BlobNotFound` */
  read(key: string, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /** An empty object: its key is what it says. */
  mark(key: string): Promise<void>;
  /** @returns false when there is an object of that key, which stays as it is */
  addFile(key: string, path: string, size: number): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** All objects whose keys begin so, in the order of their keys' bytes. */
  list(prefix: string): AsyncIterable<BucketObject>;
  /** What follows `prefix` in keys, up to the next slash and without it. */
  folders(prefix: string): AsyncIterable<string>;
}

/** Silence on a connection, and waiting for one. */
const SILENCE_MS = 30_000;
const CONNECT_MS = 5_000;
const FIRST_PAUSE_MS = 200;
const NOTHING = new Uint8Array();
/** The client's own remarks go to the console otherwise; what fails is thrown, and told once by whoever catches it. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export function openBucket(options: BucketOptions): Bucket {
  const { bucket, prefix = '', pageSize, attempts = 5 } = options;
  const root = prefix === '' ? '' : `${prefix}/`;
  const client = new S3Client({
    region: options.region,
    forcePathStyle: options.forcePathStyle ?? false,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
    ...{ maxAttempts: attempts, logger: SILENT },
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: SILENCE_MS, throwOnRequestTimeout: true },
  });
  const at = (key: string) => ({ Bucket: bucket, Key: `${root}${key}` });

  async function trying<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeErrorOf(error, bucket, doing);
    }
  }

  /** For what the client does not try again itself, since it cannot rewind a stream. */
  async function repeating<T>(doing: string, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await trying(doing, work);
      } catch (error) {
        const again = error instanceof StoreError && error.code === 'StoreUnavailable';
        if (!again || attempt >= attempts) throw error;
        await setTimeout(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
      }
    }
  }

  async function* pages(under: string, delimiter?: string) {
    let token: string | undefined;
    do {
      const page = await trying(`list ${root}${under}`, () =>
        client.send(
          new ListObjectsV2Command({
            ...{ Bucket: bucket, Prefix: `${root}${under}` },
            ...(delimiter !== undefined && { Delimiter: delimiter }),
            ...(pageSize !== undefined && { MaxKeys: pageSize }),
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ),
      );
      yield page;
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  const self: Bucket = {
    async check() {
      for await (const _ of pages('probe/')) break;
      await self.mark('probe/written');
      if ((await self.stat('probe/written')) === undefined) {
        const message = `bucket ${bucket} does not show what was just written: it must be consistent at once`;
        throw new StoreError('StoreRefused', message);
      }
      await self.remove('probe/written');
    },
    stat: (key) =>
      trying(`look at ${root}${key}`, async () => {
        try {
          const found = await client.send(new HeadObjectCommand(at(key)));
          return { key, size: found.ContentLength ?? 0, modified: found.LastModified?.getTime() ?? 0 };
        } catch (error) {
          // A HEAD has no body, so a missing bucket looks the same; `check` has told that.
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
          const problem = storeErrorOf(error, bucket, `read ${root}${key}`);
          if (problem.code !== 'StoreUnavailable' || attempt >= attempts) throw problem;
          await setTimeout(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2));
        }
      }
    },
    async mark(key) {
      await trying(`write ${root}${key}`, () =>
        client.send(new PutObjectCommand({ ...at(key), Body: NOTHING, ContentLength: 0 })),
      );
    },
    addFile: (key, path, size) =>
      repeating(`write ${root}${key}`, async () => {
        const body = createReadStream(path);
        try {
          await client.send(new PutObjectCommand({ ...at(key), Body: body, ContentLength: size, IfNoneMatch: '*' }));
          return true;
        } catch (error) {
          if (s3FailureOf(error).status === 412) return false;
          throw error;
        } finally {
          body.destroy();
        }
      }),
    async remove(key) {
      await trying(`delete ${root}${key}`, () => client.send(new DeleteObjectCommand(at(key))));
    },
    async *list(under) {
      for await (const page of pages(under)) {
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          if (Key === undefined) continue;
          yield { key: Key.slice(root.length), size: Size ?? 0, modified: LastModified?.getTime() ?? 0 };
        }
      }
    },
    async *folders(under) {
      for await (const page of pages(under, '/')) {
        for (const { Prefix } of page.CommonPrefixes ?? []) {
          if (Prefix !== undefined) yield Prefix.slice(root.length + under.length, -1);
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

  return self;
}
