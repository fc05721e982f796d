import type { Item } from '../collect/item.ts';
import { layoutVersion, statusOf } from '../prm/index.ts';
import { decodeItem } from './decodeItem.ts';
import { formatText } from './formatText.ts';
import { formatReport } from './report/formatReport.ts';
import { makeReport } from './report/makeReport.ts';
import { reporterOf } from './report/reporters.ts';

export type { Frame, Item, ItemKind, ItemOutcome, KnownItem } from '../collect/item.ts';
export type { DeviceIdentity } from '../lane/events.ts';
export { layoutVersion } from '../prm/index.ts';
export { decodeCommandAnswer } from './decodeCommandAnswer.ts';
export type { DecodedError, DecodedFields, DecodedItem, DecodedValue } from './decodedItem.ts';
export { decodeItem } from './decodeItem.ts';
export { type HealthFacts, healthFrom, identityFrom, type PortState, portStatesFrom } from './deviceFacts.ts';
export { formatText } from './formatText.ts';
export { formatReport } from './report/formatReport.ts';
export { makeReport } from './report/makeReport.ts';
export type { Report, Reporter, ReportRow, ReportSection } from './report/report.ts';
export { reporterOf } from './report/reporters.ts';

/** Name of a firmware status, e.g. `BAD_PARAM`. */
export function statusName(status: number): string {
  return statusOf(status).name;
}

/** Everything that turns items into names and values, as one object to hand around. */
export const itemDecoder = {
  get layoutVersion(): string {
    return layoutVersion();
  },
  decodeItem,
  formatText,
  statusName,
  reportMaker(collectorType: string) {
    const reporter = reporterOf(collectorType);
    if (reporter === undefined) return undefined;
    return async (items: AsyncIterable<Item>) => {
      const report = await makeReport(reporter, items);
      return { json: `${JSON.stringify(report, undefined, 2)}\n`, text: formatReport(report) };
    };
  },
} as const;
