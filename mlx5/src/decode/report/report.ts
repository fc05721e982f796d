import type { Item } from '../../collect/item.ts';
import type { CollectorSpec } from '../../collect/spec.ts';

/** One page about what a collector found, for a person who asks what is wrong. A pure function of the collector's items,
 * so it can be made again from `raw.bin` at any time.
 *
 * To give a collector type a report: a file in this folder that exports a Reporter, and its row in `reporters.ts`. The
 * bundle then has `report.json` and `report.txt` beside the other files of such a collector, and
 * `kubectl nicdiag decode BUNDLE --report` shows it. */
export interface Report {
  /** The collector's type. */
  readonly type: string;
  readonly sections: readonly ReportSection[];
}

export interface ReportSection {
  readonly title: string;
  readonly rows: readonly ReportRow[];
}

/** A line of the page. What was not read, or what firmware would not say, has no row. */
export interface ReportRow {
  readonly label: string;
  /** A list has one value for each lane, bin or whatever the label counts. */
  readonly value: ReportValue | readonly ReportValue[];
  /** Of the value, e.g. `°C`. */
  readonly unit?: string;
  /** Absent where the value is neither good nor bad. */
  readonly severity?: Severity;
  /** What to do about it. */
  readonly advice?: string;
}

export type ReportValue = string | number;
export type Severity = 'ok' | 'warning' | 'error';

/** Makes the report of a collector type. */
export interface Reporter {
  readonly type: CollectorSpec['type'];
  /** Whether the report is made from this item too; all others are passed by. */
  needs(item: Item): boolean;
  /** @param items those that it needs, in the order in which they were read. Pure.
   * @returns a page also of no items at all */
  report(items: readonly Item[]): Report;
}
