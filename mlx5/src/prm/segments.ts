import { readBits } from './bits.ts';

/** Segment types that have a meaning of their own; those from 0x0000 to 0xfeff are resources.
 * @source PRM, RESOURCE_DUMP segments */
export const SEGMENT = {
  NOTICE: 0xfff9,
  COMMAND: 0xfffa,
  TERMINATE: 0xfffb,
  ERROR: 0xfffc,
  REFERENCE: 0xfffd,
  INFO: 0xfffe,
  MENU: 0xffff,
} as const;

const LAST_RESOURCE = 0xfeff;
const HEADER_BYTES = 4;
/** Length of a segment in dwords is a field of 16 bits. */
export const LONGEST_SEGMENT_BYTES = 0xffff * 4;

/** One segment of a resource dump, header included. */
export interface Segment {
  readonly type: number;
  /** Where it starts, in bytes from the start of what was parsed. */
  readonly start: number;
  /** A view, not a copy. */
  readonly bytes: Uint8Array;
}

export interface ParsedSegments {
  readonly segments: readonly Segment[];
  /** Bytes that the segments take; what follows is no whole segment. */
  readonly end: number;
  /** The segment at `end` claims a length of 0: nothing behind it can be found. */
  readonly corrupt: boolean;
}

/** Splits a dump into its segments, as far as they are whole. Pure; takes any bytes.
 * @param from a segment's start
 * @param enough bytes after which no further segment is taken */
export function parseSegments(bytes: Uint8Array, from = 0, enough = Number.POSITIVE_INFINITY): ParsedSegments {
  const segments: Segment[] = [];
  let start = from;
  while (start + HEADER_BYTES <= bytes.length && start - from < enough) {
    const length = readBits(bytes, start * 8, 16) * 4;
    if (length === 0) return { segments, end: start, corrupt: true };
    if (start + length > bytes.length) break;
    const type = readBits(bytes, start * 8 + 16, 16);
    segments.push({ type, start, bytes: bytes.subarray(start, start + length) });
    start += length;
  }
  return { segments, end: start, corrupt: false };
}

export function isResource(type: number): boolean {
  return type <= LAST_RESOURCE;
}
