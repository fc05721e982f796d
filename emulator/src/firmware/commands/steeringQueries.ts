import type { CommandContext, CommandModel } from '../firmwareFunction.ts';
import { getBits } from '../layout/bits.ts';
import {
  clearFlowStatistics,
  FLOW_GROUP_BYTES,
  FLOW_TABLE_BYTES,
  fillFlowEntry,
  fillFlowGroup,
  fillFlowTable,
  flowCounters,
  flowEntry,
  flowEntryBytes,
  flowGroup,
  flowTable,
  putFlowStatistics,
} from '../objects/steeringAnswers.ts';
import { type Refusal, refuse } from '../status.ts';

/** Queries of flow tables: all name a table by type and number. */
export const steeringQueryCommands: readonly CommandModel[] = [
  {
    opcode: 0x932,
    name: 'QUERY_FLOW_TABLE',
    inBytes: 64,
    run(context) {
      const table = tableOf(context);
      if (table === undefined) return refuse('BAD_RES', 'QUERY_FLOW_TABLE');
      return answer(context, FLOW_TABLE_BYTES, (outbox) => fillFlowTable(table, outbox));
    },
  },
  {
    opcode: 0x935,
    name: 'QUERY_FLOW_GROUP',
    inBytes: 64,
    run(context) {
      const table = tableOf(context);
      const group = table && flowGroup(context.objects, table.id, getBits(context.inbox, 0x18 * 8, 32));
      if (group === undefined) return refuse('BAD_RES', 'QUERY_FLOW_GROUP');
      return answer(context, FLOW_GROUP_BYTES, (outbox) => fillFlowGroup(group, outbox));
    },
  },
  {
    opcode: 0x937,
    name: 'QUERY_FLOW_TABLE_ENTRY',
    inBytes: 64,
    run(context) {
      const table = tableOf(context);
      const found = table && flowEntry(context.objects, table.id, getBits(context.inbox, 0x20 * 8, 32));
      if (found === undefined) return refuse('BAD_RES', 'QUERY_FLOW_TABLE_ENTRY');
      return answer(context, flowEntryBytes(found.entry), (outbox) => fillFlowEntry(found, outbox));
    },
  },
  { opcode: 0x93b, name: 'QUERY_FLOW_COUNTER', inBytes: 32, run: queryFlowCounter },
];

/** Most counters that one command reports: cmd_hca_cap.flow_counter_bulk_alloc is 128 × 128. */
const MOST_COUNTERS = 0x4000;
const COUNTER_BYTES = 16;

function queryFlowCounter(context: CommandContext): Refusal | undefined {
  const { inbox, objects } = context;
  const first = getBits(inbox, 0x1c * 8, 32);
  const count = Math.max(1, getBits(inbox, 0x18 * 8 + 16, 16));
  if (count > MOST_COUNTERS) return refuse('BAD_PARAM', 'QUERY_FLOW_COUNTER num_of_counters');
  const ids = flowCounters(objects);
  for (let id = first; id < first + count; id++) if (!ids.has(id)) return refuse('BAD_RES', 'QUERY_FLOW_COUNTER');
  const refusal = answer(context, 16 + COUNTER_BYTES * count, (outbox) => {
    for (let at = 0; at < count; at++) putFlowStatistics(objects, first + at, outbox, (16 + COUNTER_BYTES * at) * 8);
  });
  if (getBits(inbox, 0x18 * 8, 1) === 1) {
    for (let id = first; id < first + count; id++) clearFlowStatistics(objects, id);
    context.mutation = `QUERY_FLOW_COUNTER cleared ${count} from ${first}`;
  }
  return refusal;
}

function tableOf({ inbox, objects }: CommandContext): ReturnType<typeof flowTable> {
  const table = flowTable(objects, getBits(inbox, 0x14 * 8 + 8, 24));
  return table?.type === getBits(inbox, 0x10 * 8, 8) ? table : undefined;
}

function answer({ outbox }: CommandContext, bytes: number, fill: (outbox: Uint8Array) => void): undefined {
  const whole = new Uint8Array(bytes);
  fill(whole);
  outbox.set(whole.subarray(0, outbox.length));
}
