import type { IncomingMessage, ServerResponse } from 'node:http';
import { ArtifactError, type Digest, digestFromHex, isDigest, isName } from '@nicdiag/artifacts';

/** One request and its answer, after routing. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Values of the path's variables, decoded but not checked. */
  readonly params: Readonly<Record<string, string>>;
  /** Aborts when the connection ends. */
  readonly signal: AbortSignal;
  /** Tells a client that waits for it to send its body. Call it when nothing more can refuse the request. */
  proceed(): void;
}

export type Handler = (exchange: Exchange) => Promise<void>;

const PARAM_NAMES = {
  uid: 'uid',
  node: 'node',
  pciAddress: 'pciAddress',
  namespace: 'namespace',
  name: 'capture',
} as const;

/** A variable of the path that is what it claims to be: nothing else gets near a file name or an API path.
 * @throws ArtifactError `BadRequest` */
export function nameParam(exchange: Exchange, param: keyof typeof PARAM_NAMES): string {
  const value = exchange.params[param] ?? '';
  const kind = PARAM_NAMES[param];
  if (isName(kind, value)) return value;
  throw new ArtifactError('BadRequest', `${JSON.stringify(value.slice(0, 100))} in the path is not a ${kind}`);
}

/** @throws ArtifactError `BadRequest` */
export function digestParam(exchange: Exchange): Digest {
  const digest = digestFromHex(exchange.params['sha256'] ?? '');
  if (isDigest(digest)) return digest;
  throw new ArtifactError('BadRequest', 'a blob is named by 64 lower-case hex digits, its sha256');
}

export function header(exchange: Exchange, name: string): string | undefined {
  const value = exchange.request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

export function sendJson(exchange: Exchange, status: number, body: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  exchange.response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.byteLength })
    .end(exchange.request.method === 'HEAD' ? undefined : bytes);
}

/** @throws ArtifactError `LimitExceeded` above `maxLength` */
export async function readBody(exchange: Exchange, maxLength: number): Promise<Buffer> {
  const declared = Number(header(exchange, 'content-length') ?? 0);
  if (declared > maxLength) throw tooLong(maxLength);
  exchange.proceed();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of exchange.request as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > maxLength) throw tooLong(maxLength);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLong(maxLength: number): ArtifactError {
  return new ArtifactError('LimitExceeded', `the body may have at most ${maxLength} bytes`);
}
