import { readLayoutData } from './layoutData.ts';

/** What is publicly known of a type of resource segment. A device's own menu may have others, and names of its own. */
export interface SegmentType {
  readonly type: number;
  readonly name: string;
  /** What the segment's indices count; absent where they mean nothing. */
  readonly index1?: string;
  readonly index2?: string;
  /** Layout of the payload where it mirrors the answer of a public command. */
  readonly body?: string;
  /** What the payload is a row of, where it is part of a queue's buffer. */
  readonly entries?: 'wqe' | 'data' | 'srq' | 'cqe' | 'eqe';
}

let types: ReadonlyMap<number, SegmentType> | undefined;

/** By the number that stands in a segment's header.
 * @source RESOURCE_DUMP menu of a ConnectX-6 class device */
export function segmentTypeOf(type: number): SegmentType | undefined {
  return typesByNumber().get(type);
}

/** All of them. */
export function allSegmentTypes(): readonly SegmentType[] {
  return [...typesByNumber().values()];
}

function typesByNumber(): ReadonlyMap<number, SegmentType> {
  types ??= new Map((readLayoutData('segments') as SegmentType[]).map((entry) => [entry.type, entry]));
  return types;
}
