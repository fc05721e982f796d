import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ArtifactError, type BundleDownload } from '@nicdiag/artifacts';

/** Gets the bundle, or the rest of it. */
export type FetchBundle = (
  from: { readonly offset: number; readonly etag: string } | undefined,
  options: { readonly signal: AbortSignal },
) => Promise<BundleDownload>;

export interface DownloadOptions {
  /** The file being written; beside it `<path>.etag`, so that another run can go on too. */
  readonly path: string;
  readonly fetch: FetchBundle;
  readonly onProgress: (received: number, total: number) => void;
  readonly onRetry: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Tries in a row that bring nothing before it is given up. */
const MAX_IDLE_TRIES = 8;

/** Writes the bundle to `path`, going on where a cut left off, in this run and from an earlier one.
 * @throws ArtifactError that will not pass, or the last one when nothing more comes */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { path, signal } = options;
  await using file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  for (let idleTries = 0; ; ) {
    const before = (await file.stat()).size;
    try {
      await fetchInto(file, options);
      await file.datasync();
      await rm(`${path}.etag`, { force: true });
      return;
    } catch (error) {
      signal.throwIfAborted();
      idleTries = (await file.stat()).size > before ? 0 : idleTries + 1;
      if (!mayPass(error) || idleTries >= MAX_IDLE_TRIES) {
        if ((await file.stat()).size === 0) await rm(path, { force: true });
        throw error;
      }
      options.onRetry(error instanceof Error ? error.message : String(error));
      await delay(Math.min(5_000, 200 * 2 ** idleTries), undefined, { signal });
    }
  }
}

async function fetchInto(file: FileHandle, { path, fetch, onProgress, signal }: DownloadOptions): Promise<void> {
  const { size } = await file.stat();
  const etag = size === 0 ? undefined : await readFile(`${path}.etag`, 'utf8').catch(() => undefined);
  const download = await fetch(etag === undefined ? undefined : { offset: size, etag }, { signal }).catch(
    async (error: unknown) => {
      // Everything is there already, or the bundle has become shorter: begin anew and let the verification decide.
      if (error instanceof ArtifactError && error.code === 'RangeNotSatisfiable') await file.truncate(0);
      throw error;
    },
  );
  await writeFile(`${path}.etag`, download.etag);
  await file.truncate(download.start);
  let position = download.start;
  onProgress(position, download.total);
  for await (const chunk of received(download.body)) {
    await file.write(chunk, 0, chunk.byteLength, position);
    position += chunk.byteLength;
    onProgress(position, download.total);
  }
  if (position < download.total) {
    throw new ArtifactError('ConnectionFailed', `the connection ended at byte ${position} of ${download.total}`);
  }
}

/** Errors of the stream (undici's `terminated`, ECONNRESET) become one that passes: the rest can be asked for. */
async function* received(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new ArtifactError('ConnectionFailed', `the connection broke: ${message}`, { cause });
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof ArtifactError && (error.retryable || error.code === 'RangeNotSatisfiable');
}
