import { type CollectContext, type Collector, CollectorStop } from '../collector.ts';
import type { Item } from '../item.ts';
import { readRows } from '../readRows.ts';
import type { RegisterRow } from '../registerRow.ts';
import { createRegisterSession } from '../registerSession.ts';
import type { HealthSpec } from '../spec.ts';
import { readDevlink } from './readDevlink.ts';

const port = { local_port: 'port' } as const;
const module = { module: 'module' } as const;

/** What of a card can be hot, broken or in error. Nothing here clears a counter or a maximum. */
const HEALTH_ROWS: readonly RegisterRow[] = [
  { register: 'MGIR', always: true },

  { register: 'MTCAP' },
  { register: 'MTMP', index: { sensor_index: 'sensor' } },
  { register: 'MTMP', index: { sensor_index: 'moduleSensor' }, probe: true },

  { register: 'MPEIN' },
  { register: 'MPCNT', index: { grp: 0x0 } },
  { register: 'MPCNT', index: { grp: [0x3, 0x4] }, probe: true },

  { register: 'PAOS', index: port },
  { register: 'PDDR', index: { ...port, page_select: 0x1 } },
  { register: 'PMAOS', index: module },
];

const COMMANDS = 30;
const BYTES_A_COMMAND = 400;

/** Reads whether a card is well: by firmware's registers, and by the health reporters that its driver gives to devlink.
 * A device that cannot be opened, or goes, has its reporters all the same: they are asked whatever the registers say. */
export function createHealth(spec: HealthSpec): Collector {
  const dump = spec.health?.dump === true;

  function* collect(context: CollectContext): Generator<Item, void> {
    const stop = yield* untilStop(readRegisters(context));
    yield* readDevlink(context, { dump });
    if (stop !== undefined) throw stop;
  }

  return {
    type: 'Health',
    impact: dump ? 'Intrusive' : 'ReadOnly',
    needs: { channel: 'optional', memory: 'none', scope: 1 },
    estimate: () => ({ commands: COMMANDS, bytes: COMMANDS * BYTES_A_COMMAND }),
    collect,
  };
}

function* readRegisters(context: CollectContext): Generator<Item, void> {
  const session = createRegisterSession(context);
  yield* readRows(session, HEALTH_ROWS, false);
  session.conclude();
}

/** @returns what stopped it before its end */
function* untilStop(items: Generator<Item, void>): Generator<Item, CollectorStop | undefined> {
  try {
    yield* items;
    return undefined;
  } catch (error) {
    if (error instanceof CollectorStop) return error;
    throw error;
  }
}
