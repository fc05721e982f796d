import type { Ring } from '../objects/entries/ring.ts';
import type { IdSet } from '../objects/idSet.ts';
import type { Objects } from '../objects/objects.ts';
import type { DumpRequest } from './segments.ts';

/** What a resource dump gives for one segment type. */
export type DumpSource = ContextSource | BufferSource | ListSource;

/** One segment for each object. */
export interface ContextSource {
  readonly kind: 'context';
  /** Values of index1 that exist; absent when the type has no index. */
  readonly ids?: (objects: Objects) => IdSet;
  /** Whether index2 names something of the object; absent when the type has no second index. */
  readonly has2?: (objects: Objects, index1: number, index2: number) => boolean;
  /** Whether an object counts as "active"; default every one. */
  readonly active?: (objects: Objects, index1: number) => boolean;
  /** Bytes of payload, a multiple of 4. */
  readonly length: (objects: Objects, index1: number, index2: number) => number;
  readonly fill: (objects: Objects, index1: number, index2: number, payload: Uint8Array) => void;
  /** Other dumps that it suggests. */
  readonly references?: (objects: Objects, index1: number) => readonly DumpRequest[];
}

/** Entries of a queue, many to a segment; index2 is the first entry, its count how many. */
export interface BufferSource {
  readonly kind: 'buffer';
  readonly ids: (objects: Objects) => IdSet;
  readonly entryBytes: number;
  readonly open: (objects: Objects, index1: number) => Ring;
  readonly references?: (objects: Objects, index1: number) => readonly DumpRequest[];
}

/** Segments of another type, for all that there is of it. */
export interface ListSource {
  readonly kind: 'list';
  /** Their type, or a source of their own with the type that was asked for. */
  readonly of: number | ContextSource;
  /** Values of index1 that exist; absent when the type has no index. */
  readonly ids?: (objects: Objects) => IdSet;
  readonly members: (objects: Objects, index1: number) => Iterable<readonly [index1: number, index2: number]>;
}

/** Asks for one object of another type. */
export function reference(type: number, index1: number): DumpRequest {
  return { type, index1, index2: 0, count1: 0, count2: 0 };
}

/** Asks for all entries of a queue. */
export function bufferReference(type: number, index1: number): DumpRequest {
  return { ...reference(type, index1), count2: 0xffff };
}
