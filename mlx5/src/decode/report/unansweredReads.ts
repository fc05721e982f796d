import type { Item } from '../../collect/item.ts';
import { decodeItem } from '../decodeItem.ts';
import type { ReportRow, ReportSection } from './report.ts';

/** Advice by what firmware or kernel said. */
const ADVICE: Readonly<Record<string, string>> = {
  BAD_SYS_STATE: 'Firmware does not let this function read them; their rows are missing above.',
};
const OTHERWISE = 'Their rows are missing above.';

/** What was asked for and not given, so that nobody takes a page of a limited function for the whole truth: names by
 * status or errno. What a device just has not is no part of it. */
export function unansweredReads(items: readonly Item[]): readonly ReportSection[] {
  const names = new Map<string, Set<string>>();
  for (const item of items) {
    if (item.kind !== 'register' && item.kind !== 'capability') continue;
    if (item.outcome !== 'refused' && item.outcome !== 'failed') continue;
    const why = decodeItem(item).error?.name ?? item.outcome;
    names.set(why, (names.get(why) ?? new Set()).add(item.name));
  }
  if (names.size === 0) return [];
  const rows = [...names].map(
    ([label, refused]): ReportRow => ({
      label,
      value: [...refused],
      severity: 'warning',
      advice: ADVICE[label] ?? OTHERWISE,
    }),
  );
  return [{ title: 'Not answered', rows }];
}
