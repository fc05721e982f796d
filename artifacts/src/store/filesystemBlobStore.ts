import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rm, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestFromHex, digestOf, hexOf, isDigest, SHA256_HEX_PATTERN } from '../digest.ts';
import { isName } from '../manifest/rules.ts';
import { readFileChunks } from '../readFileChunks.ts';
import { syncDirectory } from '../syncDirectory.ts';
import { compressSmall } from '../zstd/compress.ts';
import { decompress } from '../zstd/decompress.ts';
import { ZstdError } from '../zstd/zstdError.ts';
import {
  type BlobStore,
  type BlobUpload,
  type StoredBlob,
  StoreError,
  type SweepResult,
  type UploadKey,
} from './blobStore.ts';
import { createKeyedLock, type KeyedLock } from './keyedLock.ts';

/** Blobs on a file system:
 *
 *     blobs/<first two hex digits>/<64 hex digits>     one zstd frame, never changed
 *     uploads/<capture UID>_<node>_<64 hex digits>     what an upload has brought so far
 *
 * A blob appears under its name by link(2), so it is whole or not there, and the first one of two equal ones stays: its
 * compressed bytes are part of bundles that may be on their way. One process may use a directory at a time. */
export async function createFilesystemBlobStore(root: string): Promise<BlobStore> {
  const store: Store = { blobs: join(root, 'blobs'), uploads: join(root, 'uploads'), locks: createKeyedLock() };
  await mkdir(store.blobs, { recursive: true });
  await mkdir(store.uploads, { recursive: true });
  return {
    storedSize: (digest) => sizeOf(blobPath(store, digest)),
    read: (digest, range) => readBlob(store, digest, range),
    put: (bytes) => putSmall(store, bytes),
    received: async (key) => (await sizeOf(uploadPath(store, key))) ?? 0,
    openUpload: (key) => openUpload(store, key),
    sweep: (options) => sweep(store, options),
    list: () => listBlobs(store),
  };
}

interface Store {
  readonly blobs: string;
  readonly uploads: string;
  /** By digest: taking a blob in, and the sweep's last look before it removes one, exclude each other. */
  readonly locks: KeyedLock;
}

/** Nothing that came over the network becomes a path without having matched its pattern, here once more. */
function blobPath(store: Store, digest: Digest): string {
  if (!isDigest(digest)) throw new StoreError('BlobNotFound', `${JSON.stringify(digest)} is not a digest`);
  const hex = hexOf(digest);
  return join(store.blobs, hex.slice(0, 2), hex);
}

function uploadPath(store: Store, { captureUid, node, digest }: UploadKey): string {
  if (!isName('uid', captureUid) || !isName('node', node) || !isDigest(digest)) {
    throw new StoreError('BlobNotFound', `not an upload: ${JSON.stringify({ captureUid, node, digest })}`);
  }
  // At most 64 + 253 + 64 characters; file systems allow 255 bytes, so the node, which may be long, goes in as a hash.
  const nodeHash = createHash('sha256').update(node).digest('hex').slice(0, 32);
  return join(store.uploads, `${captureUid}_${nodeHash}_${hexOf(digest)}`);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function* readBlob(
  store: Store,
  digest: Digest,
  range?: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array, void> {
  await using file = await open(blobPath(store, digest), 'r').catch((cause: unknown) => {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw new StoreError('BlobNotFound', `the store has no blob ${digest}`, { cause });
  });
  yield* readFileChunks(file, range);
}

async function putSmall(store: Store, bytes: Uint8Array): Promise<StoredBlob> {
  const digest = digestOf(bytes);
  const path = join(store.uploads, `put_${randomUUID()}`);
  try {
    {
      await using file = await open(path, 'wx', 0o600);
      await file.writeFile(compressSmall(bytes));
      await file.datasync();
    }
    return { digest, size: bytes.byteLength, storedSize: await takeIn(store, path, digest) };
  } catch (error) {
    throw storeError(error);
  } finally {
    await rm(path, { force: true });
  }
}

async function openUpload(store: Store, key: UploadKey): Promise<BlobUpload> {
  const path = uploadPath(store, key);
  const file = await open(path, 'a+', 0o600).catch((error: unknown) => {
    throw storeError(error);
  });
  let received = (await file.stat()).size;
  return {
    get received() {
      return received;
    },
    async truncate(offset) {
      await file.truncate(offset);
      received = offset;
    },
    async append(chunk) {
      try {
        await file.writeFile(chunk);
        received += chunk.byteLength;
      } catch (error) {
        received = (await file.stat()).size;
        throw storeError(error);
      }
    },
    async commit({ size }) {
      try {
        await verify(readFileChunks(file), key.digest, size);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      await file.datasync();
      const storedSize = await takeIn(store, path, key.digest);
      await rm(path, { force: true });
      return { digest: key.digest, size, storedSize };
    },
    async [Symbol.asyncDispose]() {
      await file.close();
    },
  };
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

/** Gives the file its name in the store, or finds that the store has that blob. @returns its stored size */
async function takeIn(store: Store, path: string, digest: Digest): Promise<number> {
  const target = blobPath(store, digest);
  const folder = join(store.blobs, hexOf(digest).slice(0, 2));
  return store.locks.run(digest, async () => {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await syncDirectory(store.blobs);
    try {
      await link(path, target);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw storeError(error);
      // A sweep that is about to decide must see that someone wants it.
      await utimes(target, new Date(), new Date());
    }
    await syncDirectory(folder);
    return (await stat(target)).size;
  });
}

async function sweep(
  store: Store,
  { isReferenced, olderThan }: { readonly isReferenced: (digest: Digest) => boolean; readonly olderThan: number },
): Promise<SweepResult> {
  const result = { blobs: 0, bytes: 0, uploads: 0 };
  for await (const { digest } of listBlobs(store)) {
    if (isReferenced(digest)) continue;
    await store.locks.run(digest, async () => {
      const path = blobPath(store, digest);
      const { mtimeMs, size } = await stat(path);
      if (mtimeMs >= olderThan) return;
      await unlink(path);
      result.blobs += 1;
      result.bytes += size;
    });
  }
  for (const name of await readdir(store.uploads)) {
    const path = join(store.uploads, name);
    const found = await stat(path).catch((error: unknown) => {
      // Committed or given up meanwhile.
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined || found.mtimeMs >= olderThan) continue;
    await rm(path, { force: true });
    result.uploads += 1;
  }
  return result;
}

async function* listBlobs(store: Store): AsyncGenerator<{ readonly digest: Digest; readonly storedSize: number }> {
  for (const folder of await readdir(store.blobs)) {
    for (const hex of await readdir(join(store.blobs, folder))) {
      if (!SHA256_HEX_PATTERN.test(hex)) continue;
      const storedSize = await sizeOf(join(store.blobs, folder, hex));
      if (storedSize !== undefined) yield { digest: digestFromHex(hex), storedSize };
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function storeError(error: unknown): unknown {
  const code = codeOf(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new StoreError('StoreFull', `the artifact store is full (${code}): enlarge its volume or delete captures`, {
    cause: error,
  });
}
