import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestFromHex, digestOf, hexOf, isDigest } from '../digest.ts';
import { isName } from '../manifest/rules.ts';
import { readFileChunks } from '../readFileChunks.ts';
import { compressSmall } from '../zstd/compress.ts';
import { decompress } from '../zstd/decompress.ts';
import { ZstdError } from '../zstd/zstdError.ts';
import { type BlobUpload, type StoredBlob, StoreError, type UploadKey } from './blobStore.ts';

export interface StagedUploadsOptions {
  /** Made if missing: `<capture UID>_<node>_<64 hex digits>` holds what an upload has brought so far. */
  readonly directory: string;
  /** Bytes that all uploads together may have here.
   * @default what the file system has */
  readonly limit?: number;
  /** Told when the bytes that are here have changed. */
  readonly onBytes?: (bytes: number) => void;
  /** Makes a verified, synced file the blob of its digest, durably, or finds that the store has that blob. */
  readonly takeIn: (path: string, digest: Digest) => Promise<Taken>;
}

/** Of a blob that the store now has. */
export interface Taken {
  readonly storedSize: number;
  /** Whether it was not there. */
  readonly isNew: boolean;
}

/** Uploads on their way into a store, on a local file system: each is verified here before the store takes it in. */
export interface StagedUploads {
  received(key: UploadKey): Promise<number>;
  open(key: UploadKey): Promise<BlobUpload>;
  put(bytes: Uint8Array): Promise<StoredBlob>;
  /** @returns how many uploads were removed that no one touched since */
  sweep(olderThan: number): Promise<number>;
}

export async function createStagedUploads(options: StagedUploadsOptions): Promise<StagedUploads> {
  const { directory, takeIn } = options;
  await mkdir(directory, { recursive: true });
  const room = await createRoom(options);

  async function discard(path: string): Promise<void> {
    const size = await sizeOf(path);
    await rm(path, { force: true });
    room.give(size ?? 0);
  }

  return {
    received: async (key) => (await sizeOf(uploadPath(directory, key))) ?? 0,
    async open(key) {
      const path = uploadPath(directory, key);
      const file = await open(path, 'a+', 0o600).catch((error: unknown) => {
        throw fullError(error);
      });
      let received = (await file.stat()).size;
      return {
        get received() {
          return received;
        },
        async truncate(offset) {
          await file.truncate(offset);
          room.give(received - offset);
          received = offset;
        },
        async append(chunk) {
          room.take(chunk.byteLength);
          try {
            await file.writeFile(chunk);
            received += chunk.byteLength;
          } catch (error) {
            const { size } = await file.stat();
            room.give(chunk.byteLength - (size - received));
            received = size;
            throw fullError(error);
          }
        },
        async commit({ size }) {
          try {
            await verify(readFileChunks(file), key.digest, size);
          } catch (error) {
            await discard(path);
            throw error;
          }
          await file.datasync();
          const taken = await takeIn(path, key.digest);
          await discard(path);
          return { digest: key.digest, size, ...taken };
        },
        async [Symbol.asyncDispose]() {
          await file.close();
        },
      };
    },
    async put(bytes) {
      const digest = digestOf(bytes);
      const path = join(directory, `put_${randomUUID()}`);
      const stored = compressSmall(bytes);
      room.take(stored.byteLength);
      try {
        {
          await using file = await open(path, 'wx', 0o600);
          await file.writeFile(stored);
          await file.datasync();
        }
        const { storedSize } = await takeIn(path, digest);
        return { digest, size: bytes.byteLength, storedSize };
      } catch (error) {
        throw fullError(error);
      } finally {
        await rm(path, { force: true });
        room.give(stored.byteLength);
      }
    },
    async sweep(olderThan) {
      let removed = 0;
      for (const name of await readdir(directory)) {
        const path = join(directory, name);
        const found = await stat(path).catch((error: unknown) => {
          // Committed or given up meanwhile.
          if (codeOf(error) === 'ENOENT') return undefined;
          throw error;
        });
        if (found === undefined || found.mtimeMs >= olderThan) continue;
        await discard(path);
        removed += 1;
      }
      return removed;
    },
  };
}

/** Counts the bytes that are staged. */
async function createRoom({ directory, limit = Number.POSITIVE_INFINITY, onBytes }: StagedUploadsOptions) {
  let used = 0;
  for (const name of await readdir(directory)) used += (await sizeOf(join(directory, name))) ?? 0;
  onBytes?.(used);
  return {
    take(bytes: number): void {
      if (used + bytes > limit) {
        const message =
          `uploads on their way fill the ${limit} bytes that they may have on the artifact server: it goes on when ` +
          'others are done; give it more when one dump alone is larger';
        throw new StoreError('StoreFull', message);
      }
      used += bytes;
      onBytes?.(used);
    },
    give(bytes: number): void {
      used -= bytes;
      onBytes?.(used);
    },
  };
}

/** Nothing that came over the network becomes a path without having matched its pattern, here once more. */
function uploadPath(directory: string, { captureUid, node, digest }: UploadKey): string {
  if (!isName('uid', captureUid) || !isName('node', node) || !isDigest(digest)) {
    throw new StoreError('BlobNotFound', `not an upload: ${JSON.stringify({ captureUid, node, digest })}`);
  }
  // At most 64 + 253 + 64 characters; file systems allow 255 bytes, so the node, which may be long, goes in as a hash.
  const nodeHash = createHash('sha256').update(node).digest('hex').slice(0, 32);
  return join(directory, `${captureUid}_${nodeHash}_${hexOf(digest)}`);
}

/** @throws StoreError `BlobCorrupt`, saying how it differs */
async function verify(stored: AsyncIterable<Uint8Array>, digest: Digest, size: number): Promise<void> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    for await (const chunk of decompress(stored, { singleFrame: true })) {
      length += chunk.byteLength;
      // A few kB of zstd can decompress to terabytes: the size that was declared, and counted, is the limit.
      if (length > size) throw new ZstdError('TooLong', `it holds more than the ${size} bytes declared`);
      hash.update(chunk);
    }
  } catch (cause) {
    if (!(cause instanceof ZstdError)) throw cause;
    throw new StoreError('BlobCorrupt', `the upload of ${digest} is damaged: ${cause.message}`, { cause });
  }
  const found = digestFromHex(hash.digest('hex'));
  if (found !== digest || length !== size) {
    const message = `the upload of ${digest} (${size} bytes) holds ${found} (${length} bytes)`;
    throw new StoreError('BlobCorrupt', message);
  }
}

export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

export function fullError(error: unknown): unknown {
  const code = codeOf(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new StoreError('StoreFull', `the artifact store is full (${code}): enlarge its volume or delete captures`, {
    cause: error,
  });
}
