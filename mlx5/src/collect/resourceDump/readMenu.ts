import { explainErrno } from '../../channel/errno.ts';
import { SEGMENT, type Segment, statusOf } from '../../prm/index.ts';
import { type CollectContext, CollectorStop } from '../collector.ts';
import { isNotHere } from '../commandRunner.ts';
import type { Item } from '../item.ts';
import { type MenuRecord, parseMenu } from './menu.ts';
import { MENU_DUMP, runDump } from './runDump.ts';

/** A menu has one record of 52 bytes for each of at most 65,280 types; a real one has 45. */
const MOST_MENU_BYTES = 256 * 1024;

/** Reads the device's menu of segments.
 * @throws CollectorStop `Unsupported` when it has none, `CollectorError` when it could not be read or makes no sense */
export function* readMenu(context: CollectContext): Generator<Item, readonly MenuRecord[]> {
  let records: readonly MenuRecord[] | undefined;
  let trouble: Trouble | undefined;
  const observe = (segment: Segment): void => {
    if (segment.type === SEGMENT.MENU) records ??= parseMenu(segment.bytes);
    else if (segment.type === SEGMENT.ERROR) trouble ??= { has: 'none', why: 'an error segment came instead' };
  };
  for (const run = runDump(context, MENU_DUMP, { maxBytes: MOST_MENU_BYTES, observe }); ; ) {
    const step = run.next();
    if (step.done === true) {
      if (step.value === 'broken') trouble ??= SENSELESS;
      break;
    }
    trouble ??= troubleOf(context, step.value);
    yield step.value;
  }
  if (records !== undefined) return records;
  const { has, why } = trouble ?? { has: 'none', why: 'there was none in the answer' };
  const { pciAddress, model } = context.device;
  throw has === 'none'
    ? new CollectorStop('Unsupported', `${pciAddress} (${model}) gives this host no resource dump menu: ${why}`)
    : new CollectorStop('CollectorError', `the resource dump menu of ${pciAddress} (${model}) was not read: ${why}`);
}

/** Why there is no menu: the device has none for this host, or nobody knows what it has. */
interface Trouble {
  readonly has: 'none' | 'unknown';
  readonly why: string;
}

const SENSELESS: Trouble = { has: 'unknown', why: 'the answer makes no sense' };

function troubleOf({ device }: CollectContext, { outcome, frames }: Item): Trouble | undefined {
  const last = frames.at(-1);
  if (outcome === 'ok' || last === undefined) return undefined;
  if (last.errno !== 0) {
    const { name, meaning } = explainErrno(device.kind, last.errno);
    return { has: 'unknown', why: `${name}: ${meaning}` };
  }
  if (outcome === 'failed') return SENSELESS;
  const { name, text } = statusOf(last.status);
  return { has: isNotHere(last.status) ? 'none' : 'unknown', why: `${name} (${text})` };
}
