import { MAILBOX_HEADER_BYTES } from '../prm/index.ts';
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
const BYTES_A_COMMAND = 300;
/** The general capability page says how many ports there are. */
const GENERAL_BYTES = 4200;

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
      // One that nobody knows is read once, and nothing is asked for it.
      const unknown = (registers ?? []).flatMap(({ length }) => length ?? []);
      const known = (registers ?? rows()).length - unknown.length;
      const unknownBytes = unknown.reduce((sum, length) => sum + 2 * (MAILBOX_HEADER_BYTES + length), 0);
      return {
        commands: known * COMMANDS_A_ROW + unknown.length,
        bytes: (known === 0 ? 0 : GENERAL_BYTES + known * COMMANDS_A_ROW * BYTES_A_COMMAND) + unknownBytes,
      };
    },
    collect,
  };
}
