import {
  ACCESS_REG_READ,
  askInline,
  askInMemory,
  continueDump,
  type DumpArguments,
  faultOfReply,
  MAILBOX_HEADER_BYTES,
  moreFollows,
  OPCODE,
  parseSegments,
  RESOURCE_DUMP,
  RESOURCE_DUMP_REPLY_BYTES,
  SEGMENT,
  type Segment,
  STATUS,
  sizeOfReply,
  writeDumpRequest,
} from '../../prm/index.ts';
import { type CollectContext, CollectorStop } from '../collector.ts';
import type { CommandAnswer } from '../commandRunner.ts';
import type { DumpMemory } from '../dumpMemory.ts';
import type { Item, ItemOutcome, KnownItem } from '../item.ts';
import { itemKey } from '../registerRow.ts';
import { createDumpWindow, type DumpWindow, type FrameRange, MOST_FRAMES } from './dumpWindow.ts';
import type { PlannedDump } from './planDumps.ts';
import { segmentPayload } from './segmentPayload.ts';

/** How a dump came to its end:
 * - `whole`: with its last segment
 * - `refused`: firmware would not, or not any more
 * - `broken`: what came makes no sense from here on
 * - `cut`: it was longer than allowed */
export type DumpEnd = 'whole' | 'refused' | 'broken' | 'cut';

export interface DumpOptions {
  /** Bytes after which a dump that goes on is left. */
  readonly maxBytes: number;
  /** Where firmware writes to, asked for when there is something to dump; inline without. */
  readonly memory?: () => DumpMemory | undefined;
  /** Sees every segment, also those of an earlier run. Its bytes are good during the call only. */
  readonly observe: (segment: Segment) => void;
}

/** Errors and notices of one dump that are items; the rest stands in the windows only. */
const MOST_REMARKS = 64;
/** A reply counts at least so much towards the limit: replies without data end too. */
const LEAST_PROGRESS = 64;
/** Asked for at once where firmware writes into memory: as much as goes to the main thread in one block. */
const MEMORY_BYTES = 32 * 1024;

/** Dumps segments of one kind: its items are windows, each of whole segments, and every error and notice segment once
 * more as an item of its own. A dump that an earlier run has whole is not asked for again; one that it had in part is
 * begun anew, as firmware's place in it is lost, and only windows are yielded that are not there yet. */
export function* runDump(context: CollectContext, dump: PlannedDump, options: DumpOptions): Generator<Item, DumpEnd> {
  const known = knownEnd(context, dump, options.observe);
  if (known !== undefined) return known;
  const memory = options.memory?.();
  const items = createDumpItems(context, dump);
  const window = createDumpWindow();
  let reply: Uint8Array | undefined;
  let left = options.maxBytes;
  for (;;) {
    const answer = yield* exchange(context, { dump, reply, memory }, () => items.windowItems(window.finish(), 'ok'));
    window.add(answer.frames);
    const last = answer.frames.at(-1);
    if (answer.outcome !== 'ok' || last === undefined) {
      const missing = dump.probe && isMissing(last?.status);
      yield* items.windowItems(window.finish(), missing ? 'absent' : answer.outcome);
      if (answer.stop !== undefined) throw answer.stop;
      return 'refused';
    }
    reply = last.outbox.slice(MAILBOX_HEADER_BYTES, RESOURCE_DUMP_REPLY_BYTES);
    const more = moreFollows(reply);
    const fault = faultOfReply(last.inbox.subarray(MAILBOX_HEADER_BYTES), reply);
    left -= Math.max(sizeOfReply(reply), LEAST_PROGRESS);
    for (;;) {
      const segments = window.take();
      segments.forEach(options.observe);
      items.note(segments, window);
      if (!window.full || (!more && window.rest === 0)) break;
      yield* items.windowItems(window.close(), 'ok');
    }
    const stuck = window.frameCount > MOST_FRAMES;
    if (fault !== undefined || window.corrupt || stuck || (!more && window.rest > 0)) {
      yield* items.windowItems(window.finish(), 'failed');
      return 'broken';
    }
    if (more && left > 0) continue;
    yield* items.windowItems(window.finish(), 'ok');
    return more ? 'cut' : 'whole';
  }
}

/** One command. When nothing more may be asked, what has come by then is an item first. */
function* exchange(
  { runner }: CollectContext,
  { dump, reply, memory }: Exchange,
  rescue: () => Iterable<Item>,
): Generator<Item, CommandAnswer> {
  try {
    return runner.run({
      opcode: OPCODE.ACCESS_REG,
      opMod: ACCESS_REG_READ,
      registerId: RESOURCE_DUMP.id,
      inLength: RESOURCE_DUMP_REPLY_BYTES,
      outLength: RESOURCE_DUMP_REPLY_BYTES,
      probe: false,
      fill(inbox) {
        const request = inbox.subarray(MAILBOX_HEADER_BYTES);
        if (reply === undefined) writeDumpRequest(request, dump.arguments);
        else continueDump(request, dump.arguments, reply);
        if (memory === undefined) askInline(request);
        else askInMemory(request, memory.mkey, memory.address, Math.min(memory.length, MEMORY_BYTES));
      },
      ...(memory === undefined ? {} : { memory: { source: memory, written: bytesWritten } }),
    });
  } catch (error) {
    if (reply !== undefined && error instanceof CollectorStop) yield* rescue();
    throw error;
  }
}

interface Exchange {
  readonly dump: PlannedDump;
  /** The one before. */
  readonly reply: Uint8Array | undefined;
  readonly memory: DumpMemory | undefined;
}

function bytesWritten(outbox: Uint8Array): number {
  return sizeOfReply(outbox.subarray(MAILBOX_HEADER_BYTES));
}

interface DumpItems {
  /** Keeps error and notice segments for items of their own. */
  note(segments: readonly Segment[], window: DumpWindow): void;
  /** The item of a window, and those of what was noted in it. */
  windowItems(range: FrameRange, outcome: ItemOutcome): Iterable<Item>;
}

const REMARKS: ReadonlyMap<number, string> = new Map([
  [SEGMENT.ERROR, 'ERROR'],
  [SEGMENT.NOTICE, 'NOTICE'],
]);

function createDumpItems({ done }: CollectContext, dump: PlannedDump): DumpItems {
  let remarks: Item[] = [];
  let remarkCount = 0;
  let number = 0;
  const base = argumentIndex(dump);

  function note(segments: readonly Segment[], window: DumpWindow): void {
    for (const segment of segments) {
      const name = REMARKS.get(segment.type);
      if (name === undefined || remarkCount === MOST_REMARKS) continue;
      const outcome = name === 'NOTICE' ? 'ok' : dump.probe ? 'absent' : 'refused';
      const index = { segment_type: dump.arguments.segment_type, ...base, number: remarkCount };
      remarks.push(item(name, itemKey(name, index), index, window.rangeOf(segment), outcome));
      remarkCount += 1;
    }
  }

  function* windowItems(range: FrameRange, outcome: ItemOutcome): Generator<Item> {
    const all = [item(dump.name, windowKey(dump, number), { ...base, window: number }, range, outcome), ...remarks];
    number += 1;
    remarks = [];
    for (const each of all) if (!done.has(each.key)) yield each;
  }

  return { note, windowItems };
}

function item(
  name: string,
  key: string,
  index: Readonly<Record<string, number>>,
  { frames, skip, bytes }: FrameRange,
  outcome: ItemOutcome,
): Item {
  return { key, kind: 'segment', name, index: { ...index, skip, bytes }, outcome, frames };
}

function windowKey(dump: PlannedDump, window: number): string {
  return itemKey(dump.name, { ...argumentIndex(dump), window });
}

/** Arguments that are not 0; by these and its name a dump is known. */
function argumentIndex({ arguments: given }: PlannedDump): Readonly<Record<string, number>> {
  const { index1, index2, num_of_obj1, num_of_obj2 } = given;
  const all = { index1, index2, num_of_obj1, num_of_obj2 };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0));
}

/** What tells two dumps apart. */
export function dumpKey(dump: PlannedDump): string {
  return itemKey(dump.name, argumentIndex(dump));
}

/** How the dump ended in an earlier run; nothing if it did not. */
function knownEnd({ done }: CollectContext, dump: PlannedDump, observe: DumpOptions['observe']): DumpEnd | undefined {
  const windows: KnownItem[] = [];
  for (
    let known = done.get(windowKey(dump, 0));
    known !== undefined;
    known = done.get(windowKey(dump, windows.length))
  ) {
    windows.push(known);
  }
  const last = windows.at(-1);
  if (last === undefined || (last.outcome === 'ok' && !endsDump(last))) return undefined;
  // What it refers to is in the segments: a dump too long to be held is made again, without its items.
  if (windows.some(({ abridged }) => abridged === true)) return undefined;
  for (const window of windows) parseSegments(segmentPayload(window)).segments.forEach(observe);
  return last.outcome === 'ok' ? 'whole' : last.outcome === 'failed' ? 'broken' : 'refused';
}

/** Whether nothing follows: no other reply, and the last segment of a dump is there. */
function endsDump(window: Item): boolean {
  const last = window.frames.at(-1);
  if (last === undefined || moreFollows(last.outbox.subarray(MAILBOX_HEADER_BYTES))) return false;
  return parseSegments(segmentPayload(window)).segments.at(-1)?.type === SEGMENT.TERMINATE;
}

/** Statuses that firmware may have for an object that is not there. Whose it is may count as well: a UID without rights
 * sees BAD_RES for objects of others [inferred in the reference]. */
const MISSING: readonly number[] = [STATUS.BAD_PARAM, STATUS.BAD_RES, STATUS.BAD_RES_STATE, STATUS.BAD_INDEX];

export function isMissing(status: number | undefined): boolean {
  return status !== undefined && MISSING.includes(status);
}

/** The arguments that ask for the menu. */
export const MENU_DUMP: PlannedDump = {
  name: 'MENU',
  probe: false,
  arguments: {
    segment_type: SEGMENT.MENU,
    index1: 0,
    index2: 0,
    num_of_obj1: 0,
    num_of_obj2: 0,
  } satisfies DumpArguments,
};
