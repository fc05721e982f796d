import {
  ArtifactError,
  type BlobReceipt,
  type BlobStore,
  type BlobUpload,
  type CaptureLedger,
  type ContentRange,
  type Digest,
  HEADERS,
  parseContentRange,
} from '@nicdiag/artifacts';
import { crashPoint } from '@nicdiag/runtime';
import type { CrashPoint } from '../crashPoints.ts';
import { digestParam, type Exchange, type Handler, header, sendJson } from '../http/exchange.ts';
import type { ServerMetrics } from '../metrics.ts';
import type { AuthorizeUpload } from './authorizeUpload.ts';
import type { Quota } from './quota.ts';
import type { UploadTurns } from './uploadTurns.ts';

export interface PutBlobParts {
  readonly authorize: AuthorizeUpload;
  readonly store: BlobStore;
  readonly ledger: CaptureLedger;
  readonly quota: Quota;
  readonly turns: UploadTurns;
  readonly metrics: ServerMetrics;
}

/** PUT: takes a blob in, or the rest of one. Acknowledged only when its digest has been verified and it is on disk.
 * HEAD: 200 when this node has filed it for this capture, else 404 with the bytes kept of an earlier try. That another
 * capture has the same blob is not told: knowing a digest must not be enough to refer to its content. */
export function blobHandler(parts: PutBlobParts): Handler {
  return async (exchange) => {
    const { capture, node } = await parts.authorize(exchange);
    const digest = digestParam(exchange);
    const key = { captureUid: capture.uid, node, digest };
    const filed = async () => (await parts.ledger.node(capture.uid, node)).blobs.get(digest);
    const known = await filed();
    if (known !== undefined) return sendJson(exchange, 200, known satisfies BlobReceipt);
    if (exchange.request.method === 'HEAD') {
      exchange.response.setHeader(HEADERS.received, await parts.store.received(key));
      throw new ArtifactError('NotFound', `node ${node} has not uploaded ${digest} for this capture yet`);
    }
    const { range, size } = uploadHeaders(exchange);
    requireFits(parts.store, digest, range.total);
    using turn = await parts.turns.take(`${capture.uid} ${node} ${digest}`);
    // An earlier connection that was given up while its blob was being verified may have come to its end meanwhile.
    const meanwhile = await filed();
    if (meanwhile !== undefined) return sendJson(exchange, 200, meanwhile satisfies BlobReceipt);
    using reservation = await parts.quota.reserve(capture, size);
    const { isNew, ...stored } = await (async () => {
      await using upload = await parts.store.openUpload(key);
      exchange.proceed();
      await receive(exchange, upload, range, AbortSignal.any([exchange.signal, turn.signal]));
      crashPoint('blobReceived' satisfies CrashPoint);
      return await upload.commit({ size });
    })();
    crashPoint('blobStored' satisfies CrashPoint);
    await parts.ledger.open({ namespace: capture.namespace, name: capture.name, uid: capture.uid });
    await parts.ledger.recordBlob(capture.uid, node, stored);
    reservation.keep();
    crashPoint('blobRecorded' satisfies CrashPoint);
    parts.metrics.ingestBytes.inc({ kind: 'logical' }, stored.size);
    parts.metrics.ingestBytes.inc({ kind: 'physical' }, range.total);
    parts.metrics.storeBytes.inc({ kind: 'logical' }, stored.size);
    // The same blob of two nodes at the same moment is counted twice until the next sweep.
    if (isNew) parts.metrics.storeBytes.inc({ kind: 'physical' }, stored.storedSize);
    sendJson(exchange, 201, stored satisfies BlobReceipt);
  };
}

/** Level 1 does not grow data by more than this (zstd's own bound is smaller). */
const MAX_GROWTH = 1.01;
const MAX_OVERHEAD = 4096;

function uploadHeaders(exchange: Exchange): { readonly range: ContentRange; readonly size: number } {
  const range = parseContentRange(header(exchange, 'content-range') ?? '');
  const sizeText = header(exchange, HEADERS.size) ?? '';
  if (range === undefined || range.end !== range.total - 1 || !/^\d{1,15}$/.test(sizeText)) {
    throw new ArtifactError(
      'BadRequest',
      `an upload needs the headers Content-Range: bytes <start>-<last>/<total>, up to the end, and ${HEADERS.size}`,
    );
  }
  const size = Number(sizeText);
  if (range.total > size * MAX_GROWTH + MAX_OVERHEAD) {
    throw new ArtifactError('BadRequest', `${range.total} compressed bytes cannot hold only ${size}`);
  }
  return { range, size };
}

/** Before anything is sent: an agent keeps what is refused with `LimitExceeded` out of the capture, and says so.
 * @throws ArtifactError `LimitExceeded` */
function requireFits({ maxStoredSize }: BlobStore, digest: Digest, length: number): void {
  if (length <= maxStoredSize) return;
  throw new ArtifactError(
    'LimitExceeded',
    `${digest} has ${length} bytes compressed; the artifact server's store takes at most ${maxStoredSize} in one piece`,
  );
}

async function receive(
  exchange: Exchange,
  upload: BlobUpload,
  range: ContentRange,
  signal: AbortSignal,
): Promise<void> {
  if (range.start > upload.received) {
    throw new ArtifactError('OffsetMismatch', `the upload stands at byte ${upload.received}, not ${range.start}`);
  }
  if (range.start < upload.received) await upload.truncate(range.start);
  const stop = () => exchange.request.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of exchange.request as AsyncIterable<Buffer>) {
      if (upload.received + chunk.byteLength > range.total) {
        throw new ArtifactError('BadRequest', `the body is longer than the ${range.total} bytes announced`);
      }
      await upload.append(chunk);
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (upload.received < range.total) {
    throw new ArtifactError('BadRequest', `the body ended at byte ${upload.received} of ${range.total}; go on there`);
  }
}
