import { allSet } from './allSet.ts';
import { COMMANDS_ONLY, type CollectContext, type Collector } from './collector.ts';
import type { Item } from './item.ts';
import { ADAPTER_READ } from './itemReader.ts';
import { impactOf, namedRow } from './namedRegisters.ts';
import { readRows } from './readRows.ts';
import type { RegisterRow } from './registerRow.ts';
import { createRegisterSession } from './registerSession.ts';
import type { RegisterDumpSpec } from './spec.ts';
import { STANDARD_SET } from './standardSet.ts';

/** About what one register costs over all its ports, pages and priorities. */
const COMMANDS_A_ROW = 4;
const BYTES_A_COMMAND = 600;

/** Reads registers: a set, or those named. */
export function createRegisterDump(spec: RegisterDumpSpec): Collector {
  const { set, registers } = spec.registerDump;
  const rows = (): readonly RegisterRow[] => {
    if (registers !== undefined) return registers.map(namedRow);
    return set === 'All' ? allSet() : STANDARD_SET;
  };

  function* collect(context: CollectContext): Generator<Item, void> {
    const session = createRegisterSession(context);
    if (registers === undefined) yield* session.take(ADAPTER_READ);
    yield* readRows(session, rows(), registers !== undefined);
    session.conclude();
  }

  return {
    type: 'RegisterDump',
    impact: impactOf(registers ?? []),
    needs: COMMANDS_ONLY,
    estimate() {
      const commands = (registers?.length ?? rows().length) * COMMANDS_A_ROW;
      return { commands, bytes: commands * BYTES_A_COMMAND };
    },
    collect,
  };
}
