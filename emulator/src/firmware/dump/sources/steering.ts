import { setBits } from '../../layout/bits.ts';
import { idSet } from '../../objects/idSet.ts';
import type { Objects } from '../../objects/objects.ts';
import {
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
  flowTables,
  putFlowStatistics,
} from '../../objects/steeringAnswers.ts';
import { type ContextSource, type DumpSource, reference } from '../dumpSource.ts';
import { mirrored } from './mirrored.ts';
import { fillPrivate } from './slices.ts';
import { steeringEntries } from './steeringEntries.ts';

const MODIFY_HEADER_BYTES = 64;
/** Header rewrites in use; as many as steering has [invented]. */
const MODIFY_HEADERS = 16;
const STE_ROOTS = 4;

const modifyHeaders: ContextSource['ids'] = () => idSet({ first: 0, count: MODIFY_HEADERS });

/** Flow tables, as the public queries report them, and what firmware makes of them. */
export const steering: readonly (readonly [type: number, source: DumpSource])[] = [
  [
    0x4010,
    {
      kind: 'context',
      ids: flowTables,
      length: () => FLOW_TABLE_BYTES,
      fill: (objects, id, _, payload) => fillFlowTable(existing(flowTable(objects, id)), payload),
      references: (_, id) => [reference(0x4013, id), reference(0x4015, id)],
    },
  ],
  [0x4011, { kind: 'list', of: 0x4010, members: (objects) => objects.steering.tables.map(({ id }) => [id, 0]) }],
  [
    0x4012,
    {
      kind: 'context',
      ids: flowTables,
      has2: (objects, table, group) => flowGroup(objects, table, group) !== undefined,
      length: () => FLOW_GROUP_BYTES,
      fill: (objects, table, group, payload) => fillFlowGroup(existing(flowGroup(objects, table, group)), payload),
    },
  ],
  [
    0x4013,
    {
      kind: 'list',
      of: 0x4012,
      ids: flowTables,
      members: (objects, table) => existing(flowTable(objects, table)).groups.map(({ id }) => [table, id]),
    },
  ],
  [
    0x4014,
    {
      kind: 'context',
      ids: flowTables,
      has2: (objects, table, index) => flowEntry(objects, table, index) !== undefined,
      length: (objects, table, index) => flowEntryBytes(existing(flowEntry(objects, table, index)).entry),
      fill: (objects, table, index, payload) => fillFlowEntry(existing(flowEntry(objects, table, index)), payload),
    },
  ],
  [
    0x4015,
    {
      kind: 'list',
      of: 0x4014,
      ids: flowTables,
      members: (objects, table) =>
        existing(flowTable(objects, table)).groups.flatMap(({ entries }) =>
          entries.map(({ index }) => [table, index] as const),
        ),
    },
  ],
  [
    0x1318,
    {
      kind: 'context',
      ids: flowCounters,
      // As QUERY_FLOW_COUNTER's statistics.
      length: () => 16,
      fill: (objects, id, _, payload) => putFlowStatistics(objects, id, payload, 0),
    },
  ],
  [0x1320, mirrored('QUERY_PACKET_REFORMAT_CONTEXT')],
  [
    0x1020,
    {
      kind: 'context',
      ids: modifyHeaders,
      length: () => MODIFY_HEADER_BYTES,
      fill: (objects, id, _, payload) => fillModifyHeader(objects, id, payload),
    },
  ],
  [
    0x1021,
    {
      kind: 'list',
      of: 0x1020,
      members: () => Array.from({ length: MODIFY_HEADERS }, (_, id) => [id, 0] as const),
    },
  ],
  [0x1310, steeringEntries.range],
  [0x1312, steeringEntries.range],
  [0x1311, steeringEntries.all],
  [
    0x1313,
    {
      kind: 'context',
      ids: () => idSet({ first: 0, count: STE_ROOTS }),
      length: () => 64,
      fill: (objects, id, _, payload) => fillPrivate(objects, id, 2500, payload, 0, payload.length),
    },
  ],
];

/** Set actions of 8 bytes: type 1, a field, a value. */
function fillModifyHeader({ draw }: Objects, id: number, payload: Uint8Array): void {
  const SET = 1;
  for (let at = 0; at < 1 + (id % 3); at++) {
    setBits(payload, at * 64, 4, SET);
    setBits(payload, at * 64 + 4, 12, 1 + Math.floor(draw(id, 400 + at) * 60));
    setBits(payload, at * 64 + 32, 32, draw(id, 410 + at) * 2 ** 32);
  }
}

function existing<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('what is dumped was found before');
  return found;
}
