import type { Digest } from '../digest.ts';

/** A blob as it is kept: one zstd frame. */
export interface StoredBlob {
  readonly digest: Digest;
  /** Uncompressed bytes. */
  readonly size: number;
  /** Bytes of the frame. */
  readonly storedSize: number;
}

/** What the store answers when it has taken a blob in. */
export interface TakenBlob extends StoredBlob {
  /** Whether the store did not have it. */
  readonly isNew: boolean;
}

/** One upload in progress, by one node for one capture: two nodes that bring the same blob do not meet. */
export interface UploadKey {
  readonly captureUid: string;
  readonly node: string;
  readonly digest: Digest;
}

/** Content by digest, each kept once however many captures refer to it. Which capture refers to what is the ledger's. */
export interface BlobStore {
  /** Bytes of a frame that the store takes at most. */
  readonly maxStoredSize: number;
  /** Length of the stored frame, undefined when the blob is not there. */
  storedSize(digest: Digest): Promise<number | undefined>;
  /** Stored bytes. @param range `end` exclusive; default all
   * @throws StoreError `BlobNotFound` */
  read(digest: Digest, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /** Compresses and keeps something small. */
  put(bytes: Uint8Array): Promise<StoredBlob>;
  /** Bytes kept of an upload that was cut. */
  received(key: UploadKey): Promise<number>;
  /** Goes on with an upload, or begins it. One at a time for a key. */
  openUpload(key: UploadKey): Promise<BlobUpload>;
  /** Removes blobs that `isReferenced` denies, and uploads, that no one has touched since `olderThan`.
   * @param olderThan milliseconds since the epoch */
  sweep(options: {
    readonly isReferenced: (digest: Digest) => boolean;
    readonly olderThan: number;
  }): Promise<SweepResult>;
  /** All blobs, without order. */
  list(): AsyncIterable<{ readonly digest: Digest; readonly storedSize: number }>;
}

export interface SweepResult {
  readonly blobs: number;
  readonly bytes: number;
  readonly uploads: number;
}

export interface BlobUpload extends AsyncDisposable {
  /** Bytes kept so far. */
  readonly received: number;
  /** Forgets what was received from `offset` on. */
  truncate(offset: number): Promise<void>;
  /** @throws StoreError `StoreFull` */
  append(chunk: Uint8Array): Promise<void>;
  /** Decompresses and hashes what was received. When it is one zstd frame of `digest` and `size` it becomes the blob,
   * durably, unless the store has that blob already. Otherwise it is thrown away.
   * @throws StoreError `BlobCorrupt` */
  commit(expected: { readonly size: number }): Promise<TakenBlob>;
}

export class StoreError extends Error {
  /** `StoreUnavailable`: the same may succeed later. `StoreRefused`: only when somebody changes what the message names. */
  readonly code: 'BlobNotFound' | 'BlobCorrupt' | 'StoreFull' | 'StoreUnavailable' | 'StoreRefused';
  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
