import { type DumpArguments, readBits, SEGMENT, type Segment } from '../../prm/index.ts';
import { bytesOf } from '../byteQuantity.ts';
import type { CollectContext, Collector } from '../collector.ts';
import type { DumpMemory } from '../dumpMemory.ts';
import { countOf, parseIdList, textOf } from '../idList.ts';
import type { Item } from '../item.ts';
import { collectObjections, type Objections } from '../objections.ts';
import type { ResourceDumpSpec, SegmentRequest } from '../spec.ts';
import { DUMPS, dumpMemoryFor } from './dumpMode.ts';
import type { MenuRecord } from './menu.ts';
import { findSegment, MOST_DUMPS, type PlannedDump, planDumps, planReference } from './planDumps.ts';
import { readMenu } from './readMenu.ts';
import { dumpKey, runDump } from './runDump.ts';

/** Bytes of one dump unless the spec says otherwise. */
export const DEFAULT_MAX_BYTES = '64Mi';
/** About what a menu and a small dump cost: 208 bytes with each command, or into memory. */
const MENU_COMMANDS = 12;
const BYTES_A_COMMAND = 544;
const INLINE = { commands: 64, bytes: 64 * BYTES_A_COMMAND };
const INTO_MEMORY = { commands: 4, bytes: 32 * 1024 };
/** Objects of a request that says `all` or `active`. */
const OBJECTS_OF_ALL = 256;

/** Reads the resource dump menu, and dumps the segments that are asked for. */
export function createResourceDump(spec: ResourceDumpSpec): Collector {
  const { segments = [], mode = 'Auto', followReferences = 0, maxBytesPerDump = DEFAULT_MAX_BYTES } = spec.resourceDump;

  function* collect(context: CollectContext): Generator<Item, void> {
    const menu: readonly MenuRecord[] = yield* readMenu(context);
    const maxBytes = bytesOf(maxBytesPerDump);
    const session = createSession(context, menu, {
      followReferences,
      maxBytes,
      memory: () => dumpMemoryFor(context, mode),
    });
    for (const request of segments) {
      const record = findSegment(menu, request);
      const plan = 'reason' in record ? record : planDumps(record, request);
      if ('reason' in plan) session.objections.add(plan);
      else for (const dump of plan) yield* session.run(dump);
    }
    yield* session.followReferences();
    session.objections.conclude();
  }

  return {
    type: 'ResourceDump',
    impact: 'ReadOnly',
    needs: DUMPS,
    estimate({ kind }) {
      const each = kind === 'mlx5ctl' && mode !== 'Inline' ? INTO_MEMORY : INLINE;
      const none = kind === 'fwctl' && mode === 'Memory';
      const dumps = none ? 0 : segments.reduce((sum, segment) => sum + objectsOf(segment), 0) + followReferences;
      return {
        commands: MENU_COMMANDS + dumps * each.commands,
        bytes: MENU_COMMANDS * BYTES_A_COMMAND + dumps * each.bytes,
      };
    },
    collect,
  };
}

/** How many objects a request names. What its second index names are entries of these, a few bytes each. */
function objectsOf({ index }: SegmentRequest): number {
  const ids = parseIdList(textOf(index) ?? '0');
  return typeof ids === 'string' ? OBJECTS_OF_ALL : Math.min(countOf(ids ?? []), MOST_DUMPS);
}

interface Session {
  readonly objections: Objections;
  /** Runs a dump unless this collector has run it already. */
  run(dump: PlannedDump): Generator<Item, void>;
  followReferences(): Generator<Item, void>;
}

interface SessionOptions {
  readonly followReferences: number;
  readonly maxBytes: number;
  readonly memory: () => DumpMemory | undefined;
}

function createSession(
  context: CollectContext,
  menu: readonly MenuRecord[],
  { followReferences, maxBytes, memory }: SessionOptions,
): Session {
  const objections = collectObjections(context);
  const seen = new Set<string>();
  const references: PlannedDump[] = [];
  let left = 0;

  function* run(dump: PlannedDump): Generator<Item, void> {
    const key = dumpKey(dump);
    if (seen.has(key)) return;
    if (seen.size === MOST_DUMPS) {
      objections.add({ reason: 'LimitExceeded', message: `more than ${MOST_DUMPS} dumps are asked for` });
      return;
    }
    seen.add(key);
    const end = yield* runDump(context, dump, { maxBytes, memory, observe: noteReference });
    if (end === 'cut') {
      const message = `${key} is longer than ${maxBytes} bytes, the rest was left: raise maxBytesPerDump or ask for less`;
      objections.add({ reason: 'LimitExceeded', message });
    }
  }

  function noteReference(segment: Segment): void {
    if (followReferences === 0 || segment.type !== SEGMENT.REFERENCE) return;
    const dump = planReference(menu, referencedDump(segment.bytes));
    if (dump === undefined) return;
    if (references.length < followReferences) references.push(dump);
    else left += 1;
  }

  /** In the order in which they came; those that they bring count towards the same limit. */
  function* follow(): Generator<Item, void> {
    for (let at = 0; at < references.length; at += 1) {
      const dump = references[at];
      if (dump !== undefined) yield* run(dump);
    }
    if (left === 0) return;
    const message = `${left} reference segments were not followed: ${followReferences} were asked for at most`;
    objections.add({ reason: 'LimitExceeded', message });
  }

  return { objections, run, followReferences: follow };
}

/** What a reference segment suggests to dump. */
function referencedDump(bytes: Uint8Array): DumpArguments {
  const word = (byte: number): number => (byte + 4 <= bytes.length ? readBits(bytes, byte * 8, 32) : 0);
  const counts = word(0x10);
  return {
    segment_type: word(4) & 0xffff,
    index1: word(8),
    index2: word(0xc),
    num_of_obj1: counts >>> 16,
    num_of_obj2: counts & 0xffff,
  };
}
