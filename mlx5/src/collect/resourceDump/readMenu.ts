import { SEGMENT, type Segment, statusOf } from '../../prm/index.ts';
import { type CollectContext, CollectorStop } from '../collector.ts';
import type { Item } from '../item.ts';
import { type MenuRecord, parseMenu } from './menu.ts';
import { MENU_DUMP, runDump } from './runDump.ts';

/** A menu has one record of 52 bytes for each of at most 65,280 types; a real one has 45. */
const MOST_MENU_BYTES = 256 * 1024;

/** Reads the device's menu of segments.
 * @throws CollectorStop `Unsupported` when it has none, `CollectorError` when it makes no sense */
export function* readMenu(context: CollectContext): Generator<Item, readonly MenuRecord[]> {
  let records: readonly MenuRecord[] | undefined;
  let error: string | undefined;
  let refusal: string | undefined;
  const observe = (segment: Segment): void => {
    if (segment.type === SEGMENT.MENU) records ??= parseMenu(segment.bytes);
    else if (segment.type === SEGMENT.ERROR) error ??= 'an error segment came instead';
  };
  for (const run = runDump(context, MENU_DUMP, { maxBytes: MOST_MENU_BYTES, observe }); ; ) {
    const step = run.next();
    if (step.done === true) break;
    refusal ??= refusalOf(step.value);
    yield step.value;
  }
  if (records !== undefined) return records;
  const { pciAddress, model } = context.device;
  throw new CollectorStop(
    'Unsupported',
    `${pciAddress} (${model}) gives this host no resource dump menu: ${refusal ?? error ?? 'there was none in the answer'}`,
  );
}

function refusalOf({ outcome, frames }: Item): string | undefined {
  const last = frames.at(-1);
  if (outcome === 'ok' || last === undefined) return undefined;
  if (outcome === 'failed') return 'the answer makes no sense';
  const { name, text } = statusOf(last.status);
  return `${name} (${text})`;
}
