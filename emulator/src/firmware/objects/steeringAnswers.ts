import { setBits, setLong } from '../layout/bits.ts';
import { structWriter, type Values } from '../layout/structWriter.ts';
import { type Counters, clearCounters, sinceCleared } from './counters.ts';
import { drawInteger } from './draw.ts';
import { type FlowEntry, type FlowGroup, type FlowTable, flowEntryValues, flowTableValues } from './flowTable.ts';
import { type IdSet, idSet } from './idSet.ts';
import type { Objects } from './objects.ts';

/** Outboxes of the steering queries, which resource dumps hold too. All take bytes that are zero. */

export const FLOW_TABLE_BYTES = 64;
export const FLOW_GROUP_BYTES = 1024;
/** Fixed part; a destination and a counter of 8 bytes each follow it. */
const FLOW_ENTRY_BYTES = 64 + 768;
const LIST_ENTRY = 8;
/** Context of QUERY_PACKET_REFORMAT_CONTEXT in its outbox, and what its fixed part takes. */
const REFORMAT_AT = 28;
const REFORMAT_HEADER = 6;
/** reformat_type: L2 to VXLAN. */
const L2_TO_VXLAN = 0;

const writeTable = structWriter('query_flow_table_out');
const writeGroup = structWriter('query_flow_group_out');
const writeContext = structWriter('flow_context');
const writeMatch = structWriter('fte_match_param');
const writeDestination = structWriter('dest_format_struct');
const writeReformat = structWriter('packet_reformat_context_in');

/** Numbers of flow tables. */
export function flowTables({ steering }: Objects): IdSet {
  return idSet(...steering.tables.map(({ id }) => ({ first: id, count: 1 })));
}

export function flowTable({ steering }: Objects, id: number): FlowTable | undefined {
  return steering.tables.find((table) => table.id === id);
}

export function flowGroup(objects: Objects, tableId: number, groupId: number): FlowGroup | undefined {
  return flowTable(objects, tableId)?.groups.find(({ id }) => id === groupId);
}

export function flowEntry(
  objects: Objects,
  tableId: number,
  index: number,
): { readonly entry: FlowEntry; readonly group: FlowGroup } | undefined {
  for (const group of flowTable(objects, tableId)?.groups ?? []) {
    const entry = group.entries.find((candidate) => candidate.index === index);
    if (entry !== undefined) return { entry, group };
  }
  return undefined;
}

export function fillFlowTable(table: FlowTable, outbox: Uint8Array): void {
  writeTable(outbox, 0, prefixed('flow_table_context', flowTableValues(table)));
}

export function fillFlowGroup(group: FlowGroup, outbox: Uint8Array): void {
  writeGroup(outbox, 0, {
    start_flow_index: group.first,
    end_flow_index: group.last,
    match_criteria_enable: group.enable,
  });
  writeMatch(outbox, 0x40, group.mask);
}

export function flowEntryBytes({ counter }: FlowEntry): number {
  return FLOW_ENTRY_BYTES + LIST_ENTRY * (counter === undefined ? 1 : 2);
}

/** The list behind the context has entries of 8 bytes because `extended_destination` is 0, as Linux builds it. */
export function fillFlowEntry({ entry, group }: { entry: FlowEntry; group: FlowGroup }, outbox: Uint8Array): void {
  const context = 0x40;
  writeContext(outbox, context, flowEntryValues(entry, group));
  writeMatch(outbox, context + 0x40, entry.match);
  writeDestination(outbox, FLOW_ENTRY_BYTES, {
    destination_type: entry.to.type,
    destination_id: entry.to.id,
    packet_reformat: entry.reformat === undefined ? 0 : 1,
  });
  if (entry.counter !== undefined) setBits(outbox, (FLOW_ENTRY_BYTES + LIST_ENTRY) * 8, 32, entry.counter);
}

/** Numbers of the flow counters that rules use. */
export function flowCounters({ steering }: Objects): IdSet {
  return idSet({ first: 1, count: steering.counters });
}

/** Packets and octets that a flow counter has counted since it was cleared. */
function flowStatistics(objects: Objects, counter: number): Counters {
  return sinceCleared(objects.card, clearedKey(objects, counter), allCounted(objects, counter));
}

export function clearFlowStatistics(objects: Objects, counter: number): void {
  clearCounters(objects.card, clearedKey(objects, counter), allCounted(objects, counter));
}

function allCounted({ port, draw }: Objects, counter: number): Counters {
  const packets = Math.floor(port.activeSeconds() * (100 + 1e5 * draw(counter, 140)));
  return { packets, octets: packets * drawInteger(draw, counter, 141, 90, 4000) };
}

function clearedKey({ profile }: Objects, counter: number): string {
  return `${profile.pciAddress} flow ${counter}`;
}

/** traffic_counter, at a bit of a buffer. */
export function putFlowStatistics(objects: Objects, counter: number, bytes: Uint8Array, bit: number): void {
  const { packets = 0, octets = 0 } = flowStatistics(objects, counter);
  setLong(bytes, bit, packets);
  setLong(bytes, bit + 64, octets);
}

/** Numbers of the packet reformat contexts that rules use. */
export function packetReformats({ steering }: Objects): IdSet {
  return idSet({ first: 1, count: steering.reformats });
}

/** The header that a packet reformat context puts in front: Ethernet, IPv4, UDP, VXLAN. */
export function fillPacketReformat({ draw }: Objects, id: number, outbox: Uint8Array): void {
  const header = tunnelHeader(drawInteger(draw, id, 150, 1, 255));
  writeReformat(outbox, REFORMAT_AT, { reformat_type: L2_TO_VXLAN, reformat_data_size: header.length });
  outbox.set(header, REFORMAT_AT + REFORMAT_HEADER);
}

/** The whole outbox, to a multiple of 4. */
export const PACKET_REFORMAT_BYTES = Math.ceil((REFORMAT_AT + REFORMAT_HEADER + tunnelHeader(0).length) / 4) * 4;

function tunnelHeader(peer: number): Uint8Array {
  return Uint8Array.from([
    ...[0xb8, 0x3f, 0xd2, 0, 0, peer, 0xb8, 0x3f, 0xd2, 0, 0, 1, 0x08, 0],
    ...[0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 32, 0, 1, 10, 32, 0, peer],
    ...[0xc0, peer, 0x12, 0xb5, 0, 0, 0, 0],
    ...[0x08, 0, 0, 0, 0, 0, peer, 0],
  ]);
}

function prefixed(path: string, values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${path}.${name}`, value]));
}
