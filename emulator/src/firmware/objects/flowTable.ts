import type { FunctionProfile } from '../../host/profile.ts';
import type { Card } from '../card.ts';
import type { Values } from '../layout/structWriter.ts';
import { type Inventory, TRAFFIC_TYPES } from './inventory.ts';

/** flow table types. */
export const tableType = { NIC_RX: 0, NIC_TX: 1, FDB: 4 } as const;
/** flow_context.action bits. */
const action = { FWD_DEST: 0x4, COUNT: 0x8, PACKET_REFORMAT: 0x10 } as const;
/** dest_format_struct.destination_type. */
const destination = { VPORT: 0, FLOW_TABLE: 1, TIR: 2 } as const;
/** match_criteria_enable bits. */
const criteria = { NONE: 0, OUTER: 1, MISC: 2 } as const;
const UPLINK = 0xffff;

export interface FlowTable {
  readonly id: number;
  readonly type: number;
  readonly level: number;
  readonly logSize: number;
  readonly groups: readonly FlowGroup[];
}

export interface FlowGroup {
  readonly id: number;
  readonly first: number;
  readonly last: number;
  readonly enable: number;
  /** Mask: fields of fte_match_param that count. */
  readonly mask: Values;
  readonly entries: readonly FlowEntry[];
}

export interface FlowEntry {
  readonly index: number;
  readonly match: Values;
  readonly to: { readonly type: number; readonly id: number };
  readonly counter?: number;
  readonly reformat?: number;
}

/** All steering of a function. */
export interface Steering {
  readonly tables: readonly FlowTable[];
  /** Flow counters and packet reformat contexts in use, numbered from 1. */
  readonly counters: number;
  readonly reformats: number;
}

/** What follows from the rest: steering as the netdev driver sets it up, and the slow path of the eswitch. */
export function createFlowTables(inventory: Inventory, card: Card, profile: FunctionProfile): Steering {
  const mac = Number.parseInt(card.profile.baseMac.replaceAll(':', ''), 16);
  let counters = 0;
  const netdevTables = inventory.netdevs.flatMap(({ firstTirn, index }): FlowTable[] => {
    const [macs, types] = [2 + 2 * index, 3 + 2 * index];
    return [
      macTable(macs, types, mac + index),
      {
        id: types,
        type: tableType.NIC_RX,
        level: 2,
        logSize: 4,
        groups: trafficGroups(firstTirn, () => ++counters),
      },
    ];
  });
  const root: FlowTable = {
    id: 1,
    type: tableType.NIC_RX,
    level: 0,
    logSize: 2,
    groups: [
      group(0, 0, criteria.NONE, {}, [
        { index: 0, match: {}, to: { type: destination.FLOW_TABLE, id: netdevTables[0]?.id ?? 2 } },
      ]),
    ],
  };
  const eswitch = profile.type === 'PF' ? [slowPath(() => ++counters)] : [];
  const tables = netdevTables.length === 0 ? [] : [root, ...netdevTables, ...eswitch];
  return { tables, counters, reformats: eswitch.length };
}

/** Own address, broadcast, then all of multicast. */
function macTable(id: number, next: number, mac: number): FlowTable {
  const to = { type: destination.FLOW_TABLE, id: next };
  const address = (value: number): Values => ({
    'outer_headers.dmac_47_16': Math.floor(value / 2 ** 16),
    'outer_headers.dmac_15_0': value % 2 ** 16,
  });
  return {
    id,
    type: tableType.NIC_RX,
    level: 1,
    logSize: 6,
    groups: [
      group(0, 0, criteria.OUTER, address(2 ** 48 - 1), [
        { index: 0, match: address(mac), to },
        { index: 1, match: address(2 ** 48 - 1), to },
      ]),
      group(1, 60, criteria.OUTER, address(0x0100_0000_0000), [{ index: 60, match: address(0x0100_0000_0000), to }]),
    ],
  };
}

const ESP = 50;
const AH = 51;
const TCP = 6;
const UDP = 17;
const PROTOCOLS = [TCP, UDP, AH, ESP];

/** One entry for each kind of traffic, to its TIR; the last takes what is left. */
function trafficGroups(firstTirn: number, counter: () => number): FlowGroup[] {
  const versions = [4, 6];
  const byProtocol = PROTOCOLS.flatMap((protocol, kind) =>
    versions.map((version, at): FlowEntry => {
      const index = 2 * kind + at;
      return {
        index,
        match: { 'outer_headers.ip_protocol': protocol, 'outer_headers.ip_version': version },
        to: { type: destination.TIR, id: firstTirn + index },
        counter: counter(),
      };
    }),
  );
  const byVersion = versions.map((version, at): FlowEntry => {
    const index = 2 * PROTOCOLS.length + at;
    return {
      index,
      match: { 'outer_headers.ip_version': version },
      to: { type: destination.TIR, id: firstTirn + index },
      counter: counter(),
    };
  });
  const rest = { index: TRAFFIC_TYPES, match: {}, to: { type: destination.TIR, id: firstTirn + TRAFFIC_TYPES } };
  return [
    group(0, 0, criteria.OUTER, { 'outer_headers.ip_protocol': 0xff, 'outer_headers.ip_version': 0xf }, byProtocol),
    group(1, 2 * PROTOCOLS.length, criteria.OUTER, { 'outer_headers.ip_version': 0xf }, byVersion),
    group(2, TRAFFIC_TYPES, criteria.NONE, {}, [rest]),
  ];
}

/** What the eswitch does with packets that no rule has taken; one goes out in a VXLAN tunnel. */
function slowPath(counter: () => number): FlowTable {
  return {
    id: 0x100,
    type: tableType.FDB,
    level: 1,
    logSize: 3,
    groups: [
      group(0, 0, criteria.MISC, { 'misc_parameters.source_port': 0xffff }, [
        {
          index: 0,
          match: { 'misc_parameters.source_port': UPLINK },
          to: { type: destination.VPORT, id: 0 },
          counter: counter(),
        },
        {
          index: 1,
          match: { 'misc_parameters.source_port': 1 },
          to: { type: destination.VPORT, id: UPLINK },
          counter: counter(),
          reformat: 1,
        },
      ]),
    ],
  };
}

function group(id: number, first: number, enable: number, mask: Values, entries: readonly FlowEntry[]): FlowGroup {
  return { id, first, last: Math.max(first, ...entries.map(({ index }) => index)), enable, mask, entries };
}

/** flow_table_context by field. */
export function flowTableValues({ level, logSize }: FlowTable): Values {
  return { level, log_size: logSize };
}

/** flow_context by field, without its match and its list of destinations. */
export function flowEntryValues({ counter, reformat }: FlowEntry, group: FlowGroup): Values {
  return {
    group_id: group.id,
    action:
      action.FWD_DEST |
      (counter === undefined ? 0 : action.COUNT) |
      (reformat === undefined ? 0 : action.PACKET_REFORMAT),
    destination_list_size: 1,
    flow_counter_list_size: counter === undefined ? 0 : 1,
    packet_reformat_id: reformat ?? 0,
  };
}
