import type { Item } from '../../collect/item.ts';
import { decodeItem } from '../decodeItem.ts';
import type { ReportRow, ReportSection } from './report.ts';

/** Advice by what firmware or kernel said. */
const ADVICE: Readonly<Record<string, string>> = {
  BAD_SYS_STATE: 'Firmware does not let this function read them; their rows are missing above.',
};
const OTHERWISE = 'Their rows are missing above.';

/** What was asked for and not given, so that nobody takes a page of a limited function for the whole truth: names by
 * status or errno. What a device just has not is no part of it, unless it seems to have nothing at all: that is no device,
 * but one that lets this function read nothing. */
export function unansweredReads(items: readonly Item[]): readonly ReportSection[] {
  const reads = items.filter(({ kind }) => kind === 'register' || kind === 'capability');
  const registers = reads.filter(({ kind }) => kind === 'register');
  const silent = registers.length > 0 && registers.every(({ outcome }) => outcome !== 'ok');
  const names = new Map<string, Set<string>>();
  for (const item of reads) {
    if (item.outcome === 'ok' || (item.outcome === 'absent' && !silent)) continue;
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
