import { setTimeout as sleep } from 'node:timers/promises';
import { type ArtifactClient, ArtifactError, type SpooledBlob, type UploadTarget } from '@nicdiag/artifacts';
import { createBackoff, jitter, type Logger, toError } from '@nicdiag/runtime';
import { createPlaces } from './places.ts';

/** The way of all evidence to the artifact server: a few transfers at a time, each repeated until it is acknowledged. */
export interface Uploads {
  /** @throws UploadRefused; the signal's reason */
  blob(target: UploadTarget, blob: SpooledBlob, options: UploadOptions): Promise<void>;
  /** Takes the blobs along: should the server miss one after all, it is sent again.
   * @throws UploadRefused; the signal's reason */
  manifest(
    target: UploadTarget & { readonly pciAddress: string },
    device: DeviceEvidence,
    options: UploadOptions,
  ): Promise<void>;
  /** Transfers that are under way or wait. */
  pending(): number;
}

export interface UploadOptions {
  readonly signal: AbortSignal;
  /** Told why each try failed. */
  readonly onTrouble?: (error: Error) => void;
  /** Fields of its log lines: what it is evidence of. */
  readonly about?: Readonly<Record<string, unknown>>;
}

export interface DeviceEvidence {
  readonly manifest: Uint8Array;
  readonly blobs: readonly SpooledBlob[];
}

/** The server will not take it, and trying again is of no use.
 * - `CaptureNotFound`: the server knows no such capture
 * - `LimitExceeded`: the capture's limit of bytes is reached */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
  readonly code: 'CaptureNotFound' | 'LimitExceeded';
  constructor(code: UploadRefused['code'], cause: Error) {
    super(cause.message, { cause });
    this.code = code;
  }
}

export interface UploadsOptions {
  readonly client: Pick<ArtifactClient, 'putBlob' | 'putDeviceManifest'>;
  readonly logger: Logger;
  /** @default 2: one fills a link, the other hides its latency */
  readonly concurrency?: number;
  /** Told of each try, for metrics. */
  readonly onTry?: (result: 'acknowledged' | 'failed' | 'refused', storedBytes: number) => void;
}

/** An outage of seconds must not cost minutes; a fleet's retries are spread by the jitter. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** After an answer that only somebody's work can change (rights, versions): evidence waits for that work. */
const SLOW_PAUSE_MS = 120_000;

export function createUploads(options: UploadsOptions): Uploads {
  const { client, logger, concurrency = 2, onTry } = options;
  const places = createPlaces(concurrency);
  let pending = 0;
  let inTrouble = false;

  const untilAcknowledged = async (
    what: Readonly<Record<string, unknown>>,
    storedBytes: number,
    put: () => Promise<unknown>,
    { signal, onTrouble, about }: UploadOptions,
  ): Promise<void> => {
    const backoff = createBackoff({ initialMs: FIRST_PAUSE_MS, maxMs: LONGEST_PAUSE_MS });
    pending += 1;
    try {
      for (;;) {
        let error: Error;
        try {
          using _place = await places.take(signal);
          await put();
          onTry?.('acknowledged', storedBytes);
          if (inTrouble) logger.info('the artifact server takes uploads again');
          inTrouble = false;
          return;
        } catch (thrown) {
          signal.throwIfAborted();
          error = toError(thrown);
        }
        const refusal = refusalOf(error);
        onTry?.(refusal === undefined ? 'failed' : 'refused', storedBytes);
        onTrouble?.(error);
        if (refusal !== undefined) throw refusal;
        const pauseMs = Math.round(pauseAfter(error, backoff.next()));
        // One line for an outage, not one for each of its tries.
        const fields = { ...about, ...what, pauseMs, error };
        logger.log(inTrouble ? 'debug' : 'warn', 'an upload failed; it is tried again', fields);
        inTrouble = true;
        // The place is free meanwhile: one blob in trouble does not hold up the others.
        await sleep(pauseMs, undefined, { signal });
      }
    } finally {
      pending -= 1;
    }
  };

  return {
    blob(target, blob, uploadOptions) {
      const what = { blob: blob.digest, file: blob.name };
      const put = (): Promise<unknown> => client.putBlob(target, blob, uploadOptions);
      return untilAcknowledged(what, blob.storedSize, put, uploadOptions);
    },
    manifest(target, { manifest, blobs }, uploadOptions) {
      const put = async (): Promise<void> => {
        try {
          await client.putDeviceManifest(target, manifest, uploadOptions);
        } catch (error) {
          if (!(error instanceof ArtifactError) || error.code !== 'BlobMissing') throw error;
          for (const blob of blobs) await client.putBlob(target, blob, uploadOptions);
          await client.putDeviceManifest(target, manifest, uploadOptions);
        }
      };
      return untilAcknowledged({ file: 'manifest.json' }, manifest.byteLength, put, uploadOptions);
    },
    pending: () => pending,
  };
}

/** The pause before the next try: what the server asks for and some more, so that a fleet does not come back at once, but
 * never longer than after an answer that somebody must do something about. */
export function pauseAfter(error: Error, usualMs: number): number {
  if (!(error instanceof ArtifactError)) return usualMs;
  if (!error.retryable) return SLOW_PAUSE_MS * (0.5 + Math.random() / 2);
  if (error.retryAfterMs === undefined) return usualMs;
  return Math.min(SLOW_PAUSE_MS, Math.max(usualMs, jitter(error.retryAfterMs, 0.5)));
}

function refusalOf(error: Error): UploadRefused | undefined {
  if (!(error instanceof ArtifactError)) return undefined;
  if (error.code !== 'CaptureNotFound' && error.code !== 'LimitExceeded') return undefined;
  return new UploadRefused(error.code, error);
}
