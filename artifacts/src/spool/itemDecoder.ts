import type { Item } from '@nicdiag/mlx5/decode';

/** What turns raw items into names and values: `@nicdiag/mlx5/decode`, handed in by the program, because layouts are
 * several MiB and not every program that touches artifacts needs them. */
export interface ItemDecoder<Decoded = unknown> {
  /** Version of the layout data; stands in every device manifest. */
  readonly layoutVersion: string;
  /** A pure function of the item's bytes. Throws when the bytes do not fit the layout. */
  decodeItem(item: Item): Decoded;
  /** Lines for people; no trailing newline needed. */
  formatText(decoded: Decoded): string;
  /** `BAD_PARAM` for 3; the number as text when it has no name. */
  statusName(status: number): string;
  /** What makes the one-page report of a collector type, for types that have one. */
  reportMaker?(collectorType: string): ReportMaker | undefined;
}

/** Reads the items to their end, holding only those that it needs, within a bound of its own. Never throws for what is
 * in them. */
export type ReportMaker = (items: AsyncIterable<Item>) => Promise<RenderedReport>;

/** `report.json` and `report.txt`. */
export interface RenderedReport {
  readonly json: string;
  readonly text: string;
}
