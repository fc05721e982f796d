import { copyOfFrame, type Item } from '../../collect/item.ts';
import type { Report, Reporter } from './report.ts';
import { unansweredReads } from './unansweredReads.ts';

/** Bytes of frames that a report may be made from; far above what any of them needs. */
export const MOST_REPORT_BYTES = 4 * 1024 * 1024;

/** Makes a report from a stream of items. Only what it needs is held, up to `limit` bytes; what was left out beyond that
 * is said in the report, and so is a report that cannot be made. */
export async function makeReport(
  reporter: Reporter,
  items: AsyncIterable<Item>,
  limit: number = MOST_REPORT_BYTES,
): Promise<Report> {
  const kept: Item[] = [];
  let bytes = 0;
  let leftOut = 0;
  for await (const item of items) {
    if (!reporter.needs(item)) continue;
    const size = item.frames.reduce((sum, { inbox, outbox }) => sum + inbox.length + outbox.length, 0);
    if (leftOut > 0 || bytes + size > limit) leftOut += 1;
    else kept.push(copyOf(item));
    bytes += size;
  }
  const report = reportOrReason(reporter, kept);
  if (leftOut === 0) return report;
  const advice = 'What they say is not on this page; `nicdiag decode` shows all items.';
  const row = { label: 'Items left out', value: leftOut, severity: 'warning', advice } as const;
  return { ...report, sections: [...report.sections, { title: 'This report', rows: [row] }] };
}

function reportOrReason(reporter: Reporter, items: readonly Item[]): Report {
  try {
    const report = reporter.report(items);
    return { ...report, sections: [...report.sections, ...unansweredReads(items)] };
  } catch (thrown) {
    const value = thrown instanceof Error ? thrown.message : String(thrown);
    const row = { label: 'Not made', value, severity: 'error', advice: 'The raw bytes are in raw.bin.' } as const;
    return { type: reporter.type, sections: [{ title: 'This report', rows: [row] }] };
  }
}

/** The bytes of an item are views of whatever was read from the file at once. */
function copyOf(item: Item): Item {
  return { ...item, frames: item.frames.map(copyOfFrame) };
}
