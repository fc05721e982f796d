/** Header names of the artifact protocol, lower case as node:http has them. */
export const HEADERS = {
  /** Uncompressed bytes of a blob: declared on PUT, told on GET. */
  size: 'x-nicdiag-size',
  /** On HEAD of a blob that is not there: how many bytes of an earlier, cut upload the server kept. */
  received: 'x-nicdiag-received',
  /** `<ticket name>.<secret>`: the right to download one capture. Passes the API server's proxy, unlike Authorization. */
  ticket: 'x-nicdiag-ticket',
  /** Digest of a manifest or blob that is sent. */
  digest: 'x-nicdiag-digest',
  /** Revision of a capture manifest. */
  revision: 'x-nicdiag-revision',
} as const;

/** @returns milliseconds of a `Retry-After`, in seconds or as a date; undefined when it is neither
 * @param now milliseconds since the epoch
 * @source RFC 9110 §10.2.3 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

export interface ContentRange {
  readonly start: number;
  /** Inclusive, as HTTP has it. */
  readonly end: number;
  readonly total: number;
}

export function formatContentRange({ start, end, total }: ContentRange): string {
  return `bytes ${start}-${end}/${total}`;
}

/** @returns undefined when it is not `bytes a-b/total` with a <= b < total */
export function parseContentRange(value: string): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(value);
  if (match === null) return undefined;
  const [start, end, total] = match.slice(1).map(Number) as [number, number, number];
  return start <= end && end < total ? { start, end, total } : undefined;
}

/** A Range header with one range.
 * @param total length of the whole
 * @returns the bytes asked for, `all` without or with a header that is not understood (RFC 9110: ignore it), or
 * `unsatisfiable` */
export function parseRange(
  value: string | undefined,
  total: number,
): { readonly start: number; readonly end: number } | 'all' | 'unsatisfiable' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(value ?? '');
  if (match === null) return 'all';
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  if (first === '' && last === '') return 'all';
  if (first === '') {
    const length = Math.min(Number(last), total);
    return length === 0 ? 'unsatisfiable' : { start: total - length, end: total - 1 };
  }
  const start = Number(first);
  const end = last === '' ? total - 1 : Math.min(Number(last), total - 1);
  if (last !== '' && Number(last) < start) return 'all';
  return start >= total ? 'unsatisfiable' : { start, end };
}
