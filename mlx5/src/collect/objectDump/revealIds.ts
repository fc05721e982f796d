import type { CollectorReason } from '../../lane/events.ts';
import { isResource, type ObjectType, readBits, type Segment, segmentTypeOf } from '../../prm/index.ts';
import { type CollectContext, CollectorStop } from '../collector.ts';
import type { IdRange } from '../idList.ts';
import type { Item } from '../item.ts';
import type { Objections } from '../objections.ts';
import { dumpMemoryFor } from '../resourceDump/dumpMode.ts';
import type { MenuRecord } from '../resourceDump/menu.ts';
import { type PlannedDump, planDumps } from '../resourceDump/planDumps.ts';
import { readMenu } from '../resourceDump/readMenu.ts';
import { runDump } from '../resourceDump/runDump.ts';

/** Finds out which objects there are: firmware has no command that lists them, but a resource dump of `all` or `active`
 * objects has the index of each. What it takes to find out are items too. */
export interface Revealer {
  /** @returns nothing when the device cannot tell; the reason is then among the objections */
  idsOf(type: ObjectType, limit: number): Generator<Item, readonly IdRange[] | undefined>;
}

const MOST_BYTES = 64 * 1024 * 1024;
/** Without a menu the objects that are named can still be asked for. */
const GOES_ON: readonly CollectorReason[] = ['Unsupported', 'CollectorError'];

export function createRevealer(context: CollectContext, objections: Objections): Revealer {
  let menu: readonly MenuRecord[] | undefined;
  let noMenu: CollectorStop | undefined;

  function* theMenu(): Generator<Item, readonly MenuRecord[] | undefined> {
    if (menu !== undefined || noMenu !== undefined) return menu;
    try {
      menu = yield* readMenu(context);
    } catch (error) {
      if (!(error instanceof CollectorStop) || !GOES_ON.includes(error.reason)) throw error;
      noMenu = error;
    }
    return menu;
  }

  function* idsOf(type: ObjectType, limit: number): Generator<Item, readonly IdRange[] | undefined> {
    const records: readonly MenuRecord[] | undefined = yield* theMenu();
    const dump = records === undefined ? undefined : revealingDump(records, type);
    if (records === undefined || dump === undefined) {
      const indices = type.revealedBy.join(' or ');
      const why = noMenu?.message ?? `its menu has no segment that counts all or active ${indices}`;
      objections.add({
        reason: noMenu?.reason ?? 'Unsupported',
        message: `which ${type.type} there are cannot be found out: ${why}; name ids`,
      });
      return undefined;
    }
    const types = new Set(
      records.filter(({ index1 }) => type.revealedBy.includes(index1.name)).map((each) => each.type),
    );
    const found = new Set<number>();
    const observe = ({ type: segment, bytes }: Segment): void => {
      // One more than the limit shows that there are more.
      if (isResource(segment) && types.has(segment) && bytes.length >= 12 && found.size <= limit) {
        found.add(readBits(bytes, 64, 32));
      }
    };
    const end = yield* runDump(context, dump, {
      maxBytes: MOST_BYTES,
      memory: () => dumpMemoryFor(context, 'Auto'),
      observe,
    });
    if (end !== 'whole') {
      objections.add({
        reason: end === 'cut' ? 'LimitExceeded' : 'CollectorError',
        message: `${type.type}: the dump of ${dump.name} that tells which there are did not come to its end`,
      });
    }
    return [...found].sort((a, b) => a - b).map((id) => ({ first: id, last: id }));
  }

  return { idsOf };
}

/** The dump that tells the most for the least: of everything rather than of what is in use, contexts rather than the
 * buffers of queues. What mirrors the query itself comes first: contexts of hardware are of other objects as well, send
 * and receive queues have numbers of the same kind as queue pairs. */
export function revealingDump(menu: readonly MenuRecord[], type: ObjectType): PlannedDump | undefined {
  const candidates = menu
    .filter(
      ({ index1, index2 }) => type.revealedBy.includes(index1.name) && !index2.supported && index1.count.supported,
    )
    .sort((a, b) => Number(mirrorsQuery(b)) - Number(mirrorsQuery(a)));
  for (const index of ['all', 'active'] as const) {
    for (const record of candidates) {
      const plan = planDumps(record, { index });
      if (!('reason' in plan) && plan[0] !== undefined) return plan[0];
    }
  }
  // Segments without an index dump everything: QUERY_FT_ALL has every QUERY_FT.
  for (const record of menu.filter(({ index1 }) => type.revealedBy.includes(index1.name))) {
    const whole = menu.find(({ name }) => name === `${record.name}_ALL`);
    const plan = whole === undefined ? undefined : planDumps(whole, {});
    if (plan !== undefined && !('reason' in plan) && plan[0] !== undefined) return plan[0];
  }
  return undefined;
}

function mirrorsQuery({ type }: MenuRecord): boolean {
  return segmentTypeOf(type)?.body !== undefined;
}
