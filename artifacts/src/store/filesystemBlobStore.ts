import { link, mkdir, open, readdir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestFromHex, hexOf, isDigest, SHA256_HEX_PATTERN } from '../digest.ts';
import { readFileChunks } from '../readFileChunks.ts';
import { syncDirectory } from '../syncDirectory.ts';
import { type BlobStore, StoreError, type SweepResult } from './blobStore.ts';
import { createKeyedLock, type KeyedLock } from './keyedLock.ts';
import { codeOf, createStagedUploads, fullError, type StagedUploads, sizeOf, type Taken } from './stagedUploads.ts';

/** Blobs on a file system:
 *
 *     blobs/<first two hex digits>/<64 hex digits>     one zstd frame, never changed
 *     uploads/<capture UID>_<node>_<64 hex digits>     what an upload has brought so far
 *
 * A blob appears under its name by link(2), so it is whole or not there, and the first one of two equal ones stays: its
 * compressed bytes are part of bundles that may be on their way. One process may use a directory at a time. */
export async function createFilesystemBlobStore(root: string): Promise<BlobStore> {
  const files: Files = { blobs: join(root, 'blobs'), locks: createKeyedLock() };
  await mkdir(files.blobs, { recursive: true });
  const staged = await createStagedUploads({
    directory: join(root, 'uploads'),
    takeIn: (path, digest) => takeIn(files, path, digest),
  });
  return {
    maxStoredSize: Number.POSITIVE_INFINITY,
    storedSize: (digest) => sizeOf(blobPath(files, digest)),
    read: (digest, range) => readBlob(files, digest, range),
    put: staged.put,
    received: staged.received,
    openUpload: staged.open,
    sweep: (options) => sweep({ ...files, staged }, options),
    list: () => listBlobs(files),
  };
}

interface Files {
  readonly blobs: string;
  /** By digest: taking a blob in, and the sweep's last look before it removes one, exclude each other. */
  readonly locks: KeyedLock;
}

/** Nothing that came over the network becomes a path without having matched its pattern, here once more. */
function blobPath(store: Files, digest: Digest): string {
  if (!isDigest(digest)) throw new StoreError('BlobNotFound', `${JSON.stringify(digest)} is not a digest`);
  const hex = hexOf(digest);
  return join(store.blobs, hex.slice(0, 2), hex);
}

async function* readBlob(
  store: Files,
  digest: Digest,
  range?: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array, void> {
  await using file = await open(blobPath(store, digest), 'r').catch((cause: unknown) => {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw new StoreError('BlobNotFound', `the store has no blob ${digest}`, { cause });
  });
  yield* readFileChunks(file, range);
}

/** Gives the file its name in the store, or finds that the store has that blob. */
async function takeIn(store: Files, path: string, digest: Digest): Promise<Taken> {
  const target = blobPath(store, digest);
  const folder = join(store.blobs, hexOf(digest).slice(0, 2));
  return store.locks.run(digest, async () => {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await syncDirectory(store.blobs);
    let isNew = true;
    try {
      await link(path, target);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw fullError(error);
      isNew = false;
      // A sweep that is about to decide must see that someone wants it.
      await utimes(target, new Date(), new Date());
    }
    await syncDirectory(folder);
    return { storedSize: (await stat(target)).size, isNew };
  });
}

async function sweep(
  store: Files & { readonly staged: StagedUploads },
  { isReferenced, olderThan }: { readonly isReferenced: (digest: Digest) => boolean; readonly olderThan: number },
): Promise<SweepResult> {
  const result = { blobs: 0, bytes: 0, uploads: await store.staged.sweep(olderThan) };
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
  return result;
}

async function* listBlobs(store: Files): AsyncGenerator<{ readonly digest: Digest; readonly storedSize: number }> {
  for (const folder of await readdir(store.blobs)) {
    for (const hex of await readdir(join(store.blobs, folder))) {
      if (!SHA256_HEX_PATTERN.test(hex)) continue;
      const storedSize = await sizeOf(join(store.blobs, folder, hex));
      if (storedSize !== undefined) yield { digest: digestFromHex(hex), storedSize };
    }
  }
}
