import { open } from 'node:fs/promises';
import type { Digest } from '../digest.ts';
import { formatContentRange, HEADERS } from '../protocol/headers.ts';
import {
  type ManifestReceipt,
  parseManifestReceipt,
  parseSealReceipt,
  type SealReceipt,
  type SealRequest,
} from '../protocol/messages.ts';
import { blobPath, deviceManifestPath, sealPath } from '../protocol/paths.ts';
import { readFileChunks } from '../readFileChunks.ts';
import { type ArtifactReader, createArtifactReader } from './artifactReader.ts';
import { createHttpsTransport, type HttpsTransportOptions } from './httpsTransport.ts';
import { readAll, readJson, requireStatus, type TransportBody, type TransportRequest } from './transport.ts';

interface Cancellable {
  readonly signal: AbortSignal;
}

/** Where an agent files what it collected. */
export interface UploadTarget {
  readonly captureUid: string;
  readonly node: string;
}

/** A zstd file on disk and what it holds; a `SpooledBlob` is one. */
export interface UploadBlob {
  readonly digest: Digest;
  readonly size: number;
  readonly storedSize: number;
  readonly path: string;
}

/** The artifact server as agents and operator see it. Every method tries once and throws ArtifactError; when to try
 * again is the caller's to decide (`retryable`). */
export interface ArtifactClient {
  /** Resolves when the server has verified the digest and holds the blob durably. What an earlier, cut try already
   * brought over is not sent again.
   * @returns `present` when the server had it already */
  putBlob(target: UploadTarget, blob: UploadBlob, options: Cancellable): Promise<'stored' | 'present'>;
  /** All its blobs must have been put before. The same bytes again are no change.
   * @param bytes of `deviceManifestBytes` */
  putDeviceManifest(
    target: UploadTarget & { readonly pciAddress: string },
    bytes: Uint8Array,
    options: Cancellable,
  ): Promise<ManifestReceipt>;
  /** Operator only. Sealing again without new evidence gives the same receipt. */
  seal(captureUid: string, request: SealRequest, options: Cancellable): Promise<SealReceipt>;
  /** Reading with this client's token: its user needs `get diagnosticcaptures/artifacts`. */
  reader(capture: { readonly namespace: string; readonly name: string }): ArtifactReader;
  /** Closes kept connections. */
  close(): void;
}

export type ArtifactClientOptions = HttpsTransportOptions;

export function createArtifactClient(options: ArtifactClientOptions): ArtifactClient {
  const { send, close } = createHttpsTransport(options);
  const sendJson = async <T>(request: TransportRequest, parse: (value: unknown) => T, { signal }: Cancellable) => {
    const response = await send(request, { signal });
    await requireStatus(response, request, [200, 201]);
    return readJson(response, parse);
  };
  return {
    async putBlob(target, blob, { signal }) {
      const path = blobPath(target, blob.digest);
      const head = await send({ method: 'HEAD', path, headers: {} }, { signal });
      await readAll(head.body);
      if (head.status === 200) return 'present';
      // Any other answer comes again on PUT, then with its reason: HEAD has no body.
      const start = resumeAt(head.headers[HEADERS.received], blob.storedSize);
      const request: TransportRequest = {
        method: 'PUT',
        path,
        headers: {
          [HEADERS.size]: String(blob.size),
          'content-range': formatContentRange({ start, end: blob.storedSize - 1, total: blob.storedSize }),
          'content-type': 'application/zstd',
        },
        body: fileBody(blob.path, start, blob.storedSize),
      };
      const response = await send(request, { signal });
      await requireStatus(response, request, [200, 201]);
      await readAll(response.body);
      return 'stored';
    },
    putDeviceManifest: (target, bytes, cancellable) =>
      sendJson(
        { method: 'PUT', path: deviceManifestPath(target), headers: JSON_CONTENT, body: bytesBody(bytes) },
        parseManifestReceipt,
        cancellable,
      ),
    seal: (captureUid, request, cancellable) =>
      sendJson(
        {
          method: 'POST',
          path: sealPath(captureUid),
          headers: JSON_CONTENT,
          body: bytesBody(Buffer.from(JSON.stringify(request))),
        },
        parseSealReceipt,
        cancellable,
      ),
    reader: (capture) => createArtifactReader(send, capture),
    close,
  };
}

/** A body goes out in pieces of this size: what is written to a TLS connection at once lies in memory once more,
 * encrypted. */
const BODY_CHUNK_LENGTH = 128 * 1024;

const JSON_CONTENT = { 'content-type': 'application/json' };

/** A server that kept everything, or says nonsense, is sent at least the last byte: only a PUT makes it verify. */
function resumeAt(received: string | undefined, storedSize: number): number {
  const offset = /^\d{1,15}$/.test(received ?? '') ? Number(received) : 0;
  return offset <= storedSize ? Math.min(offset, storedSize - 1) : 0;
}

function bytesBody(bytes: Uint8Array): TransportBody {
  return {
    length: bytes.byteLength,
    async *stream() {
      yield bytes;
    },
  };
}

function fileBody(path: string, start: number, end: number): TransportBody {
  return {
    length: end - start,
    async *stream() {
      await using file = await open(path, 'r');
      yield* readFileChunks(file, { start, end, reuse: true, chunkLength: BODY_CHUNK_LENGTH });
    },
  };
}
