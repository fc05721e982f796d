import { type Digest, digestOf, hexOf, isDigest } from '../digest.ts';
import { HEADERS, parseContentRange } from '../protocol/headers.ts';
import { type ArtifactList, parseArtifactList } from '../protocol/messages.ts';
import { userPath } from '../protocol/paths.ts';
import { decompress } from '../zstd/decompress.ts';
import { ArtifactError } from './artifactError.ts';
import { readAll, readJson, requireStatus, type Transport, type TransportRequest } from './transport.ts';

interface Cancellable {
  readonly signal: AbortSignal;
}

/** The artifacts of one capture as users see them. */
export interface ArtifactReader {
  list(options: Cancellable): Promise<ArtifactList>;
  /** The capture manifest's bytes, checked against the digest the server named.
   * @param options.revision default the newest */
  manifest(options: Cancellable & { readonly revision?: number }): Promise<Uint8Array>;
  /** Uncompressed bytes of a blob; not checked, the caller hashes what it reads. */
  blob(digest: Digest, options: Cancellable): Promise<AsyncIterable<Uint8Array>>;
  /** The bundle, or the rest of it.
   * @param options.from where an earlier try ended, and the `etag` it had: when the bundle has changed since then, it
   * comes from the start (`start: 0`) */
  bundle(
    options: Cancellable & { readonly from?: { readonly offset: number; readonly etag: string } },
  ): Promise<BundleDownload>;
}

export interface BundleDownload {
  /** Position of the first byte of `body`. */
  readonly start: number;
  /** Length of the whole bundle. */
  readonly total: number;
  readonly etag: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** @param headers sent with every request, e.g. the ticket */
export function createArtifactReader(
  send: Transport,
  capture: { readonly namespace: string; readonly name: string },
  headers: Readonly<Record<string, string>> = {},
): ArtifactReader {
  const get = async (what: string, expected: readonly number[], extra: Record<string, string>, signal: AbortSignal) => {
    const request: TransportRequest = {
      method: 'GET',
      path: userPath(capture, what),
      headers: { ...headers, ...extra },
    };
    const response = await send(request, { signal });
    await requireStatus(response, request, expected);
    return response;
  };
  return {
    async list({ signal }) {
      return readJson(await get('artifacts', [200], {}, signal), parseArtifactList);
    },
    async manifest({ signal, revision }) {
      const query = revision === undefined ? '' : `?revision=${revision}`;
      const response = await get(`manifest${query}`, [200], {}, signal);
      const bytes = await readAll(response.body);
      const promised = response.headers[HEADERS.digest] ?? '';
      if (!isDigest(promised) || digestOf(bytes) !== promised) {
        throw new ArtifactError('UnexpectedAnswer', `the manifest received is not the one announced (${promised})`);
      }
      return bytes;
    },
    async blob(digest, { signal }) {
      const response = await get(`blobs/${hexOf(digest)}`, [200], {}, signal);
      return decompress(response.body, { singleFrame: true });
    },
    async bundle({ signal, from }) {
      const extra = from === undefined ? {} : { range: `bytes=${from.offset}-`, 'if-range': from.etag };
      const response = await get('bundle', from === undefined ? [200] : [200, 206], extra, signal);
      const etag = response.headers['etag'] ?? '';
      if (response.status === 200) {
        return { start: 0, total: Number(response.headers['content-length'] ?? 0), etag, body: response.body };
      }
      const range = parseContentRange(response.headers['content-range'] ?? '');
      if (range === undefined || range.start !== from?.offset) {
        throw new ArtifactError('UnexpectedAnswer', 'the server sent another part of the bundle than it was asked for');
      }
      return { start: range.start, total: range.total, etag, body: response.body };
    },
  };
}
