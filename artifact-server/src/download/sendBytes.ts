import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArtifactError, formatContentRange, parseRange } from '@nicdiag/artifacts';
import { type Exchange, header } from '../http/exchange.ts';

export interface Representation {
  readonly length: number;
  /** Strong: the same tag means the same bytes. */
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  /** @param range `end` exclusive */
  read(range: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
}

/** Answers GET and HEAD with one range or all of it (RFC 9110 §14, If-Range §13.1.5).
 * @returns bytes sent
 * @throws ArtifactError `RangeNotSatisfiable` */
export async function sendBytes(exchange: Exchange, representation: Representation): Promise<number> {
  const { length, etag } = representation;
  const condition = header(exchange, 'if-range');
  const wanted = condition === undefined || condition === etag ? header(exchange, 'range') : undefined;
  const range = parseRange(wanted, length);
  if (range === 'unsatisfiable') {
    exchange.response.setHeader('content-range', `bytes */${length}`);
    throw new ArtifactError('RangeNotSatisfiable', `it has ${length} bytes, ${wanted} is not among them`);
  }
  const { start, end } = range === 'all' ? { start: 0, end: length } : { start: range.start, end: range.end + 1 };
  exchange.response.writeHead(range === 'all' ? 200 : 206, {
    ...representation.headers,
    etag,
    'accept-ranges': 'bytes',
    'content-length': end - start,
    ...(range !== 'all' && { 'content-range': formatContentRange({ start, end: end - 1, total: length }) }),
  });
  if (exchange.request.method === 'HEAD') {
    exchange.response.end();
    return 0;
  }
  const source = Readable.from(representation.read({ start, end }), { objectMode: false });
  await pipeline(source, exchange.response, { signal: exchange.signal });
  return end - start;
}
