import { parseJson } from '../manifest/fields.ts';
import { parseRetryAfter } from '../protocol/headers.ts';
import { parseErrorBody } from '../protocol/messages.ts';
import { isArtifactReason } from '../protocol/reasons.ts';
import { ArtifactError } from './artifactError.ts';

/** One request to an artifact server, whichever way it takes: straight over HTTPS, or through the API server's proxy. */
export type Transport = (
  request: TransportRequest,
  options: { readonly signal: AbortSignal },
) => Promise<TransportResponse>;

export interface TransportRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  /** From `/v1/…` on. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Called when the server is ready for the body; may be called again for another try. */
  readonly body?: TransportBody;
}

export interface TransportBody {
  readonly length: number;
  readonly stream: () => AsyncIterable<Uint8Array>;
}

export interface TransportResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Must be read to its end, or left by `return()`, which closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Answers are read into memory only up to this: the capture manifest's limit and some. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** @throws ArtifactError when the answer is not one of `expected` */
export async function requireStatus(
  response: TransportResponse,
  request: Pick<TransportRequest, 'method' | 'path'>,
  expected: readonly number[],
): Promise<void> {
  if (expected.includes(response.status)) return;
  throw await errorOf(response, request);
}

/** @throws ArtifactError `UnexpectedAnswer` when it is longer than 64 MiB */
export async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > MAX_ANSWER_BYTES) throw new ArtifactError('UnexpectedAnswer', 'the answer is longer than 64 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function readJson<T>(response: TransportResponse, parse: (value: unknown) => T): Promise<T> {
  const bytes = await readAll(response.body);
  try {
    return parse(parseJson(bytes, 'the answer', MAX_ANSWER_BYTES));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ArtifactError('UnexpectedAnswer', `the artifact server's answer is not understood: ${message}`, {
      cause,
    });
  }
}

async function errorOf(
  response: TransportResponse,
  { method, path }: Pick<TransportRequest, 'method' | 'path'>,
): Promise<ArtifactError> {
  const { status } = response;
  const retryAfterMs = parseRetryAfter(response.headers['retry-after'], Date.now());
  const options = { status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const text = (await readAll(response.body)).toString('utf8');
  try {
    const { reason, message } = parseErrorBody(JSON.parse(text));
    if (isArtifactReason(reason)) return new ArtifactError(reason, message, options);
  } catch {
    // Not ours: a proxy's page, the API server's Status, or nothing. Said below with what it was.
  }
  const excerpt = text.length === 0 ? 'no body' : JSON.stringify(text.slice(0, 300));
  return new ArtifactError('UnexpectedAnswer', `${method} ${path} was answered with ${status}: ${excerpt}`, options);
}
