import { setBits } from '../layout/bits.ts';
import type { Values } from '../layout/structWriter.ts';
import { drawInteger } from './draw.ts';
import { type NetdevQueues, TRAFFIC_TYPES } from './inventory.ts';
import type { Objects } from './objects.ts';

const draws = { hashKey: 60 } as const;
/** tirc.disp_type. */
const dispatch = { DIRECT: 0, INDIRECT: 1 } as const;
const TOEPLITZ = 2;
/** rx_hash_field_select.selected_fields: source and destination address, ports, SPI. */
const field = { SRC_IP: 1, DST_IP: 2, L4_SPORT: 4, L4_DPORT: 8, SPI: 0x10 } as const;
const ADDRESSES = field.SRC_IP | field.DST_IP;
const PORTS = field.L4_SPORT | field.L4_DPORT;

/** What the indirect TIRs of a netdev are for, in their order: protocol bits of rx_hash_field_select (IPv6, UDP). */
const traffic: readonly (readonly [ipv6: number, udp: number, fields: number])[] = [
  [0, 0, ADDRESSES | PORTS],
  [1, 0, ADDRESSES | PORTS],
  [0, 1, ADDRESSES | PORTS],
  [1, 1, ADDRESSES | PORTS],
  [0, 0, ADDRESSES | field.SPI],
  [1, 0, ADDRESSES | field.SPI],
  [0, 0, ADDRESSES | field.SPI],
  [1, 0, ADDRESSES | field.SPI],
  [0, 0, ADDRESSES],
  [1, 0, ADDRESSES],
];

/** tirc by field: indirect ones spread a kind of traffic over all channels, direct ones belong to a channel. */
export function tircValues(objects: Objects, tirn: number): Values {
  const netdev = owner(objects, ({ firstTirn }) => firstTirn, tirn);
  const at = tirn - netdev.firstTirn;
  const shared = { transport_domain: netdev.transportDomain, rx_hash_fn: at < TRAFFIC_TYPES ? TOEPLITZ : 0 };
  const hashed = traffic[at];
  if (hashed === undefined)
    return { ...shared, disp_type: dispatch.DIRECT, inline_rqn: netdev.firstRqn + at - TRAFFIC_TYPES };
  const [ipv6, udp, fields] = hashed;
  return {
    ...shared,
    disp_type: dispatch.INDIRECT,
    rx_hash_symmetric: 1,
    indirect_table: netdev.rqtn,
    rx_hash_toeplitz_key: Array.from({ length: 10 }, (_, word) =>
      drawInteger(objects.draw, netdev.index, draws.hashKey + word, 0, 2 ** 32),
    ),
    'rx_hash_field_selector_outer.l3_prot_type': ipv6,
    'rx_hash_field_selector_outer.l4_prot_type': udp,
    'rx_hash_field_selector_outer.selected_fields': fields,
  };
}

/** tisc by field. */
export function tiscValues(objects: Objects, tisn: number): Values {
  const netdev = owner(objects, ({ firstTisn }) => firstTisn, tisn);
  const infiniband = objects.port.mode.protocol === 'infiniband';
  return {
    prio: tisn - netdev.firstTisn,
    transport_domain: netdev.transportDomain,
    pd: netdev.pd,
    // IPoIB sends through a queue pair.
    underlay_qpn: infiniband ? 0x1040 + netdev.index : 0,
  };
}

/** rqtc by field; the list follows it. */
export function rqtcValues({ inventory }: Objects): Values {
  return { rqt_max_size: tableSize(inventory.cores), rqt_actual_size: tableSize(inventory.cores) };
}

/** Bytes of an outbox with the whole list. */
export function rqtBytes({ inventory }: Objects): number {
  return RQ_LIST + 4 * tableSize(inventory.cores);
}

/** Writes the list of receive queues behind the context. */
export function writeRqList({ inventory }: Objects, rqtn: number, outbox: Uint8Array): void {
  const netdev = inventory.netdevs.find((candidate) => candidate.rqtn === rqtn);
  for (let at = 0; at < tableSize(inventory.cores); at++) {
    setBits(outbox, (RQ_LIST + 4 * at) * 8, 32, (netdev?.firstRqn ?? 0) + (at % inventory.cores));
  }
}

/** Where the list begins in an outbox of QUERY_RQT: context at 0x20, list 0xf0 behind its beginning. */
const RQ_LIST = 0x20 + 0xf0;

/** Tables have a power of two of entries, twice as many as there are channels. */
function tableSize(cores: number): number {
  return 2 * 2 ** Math.ceil(Math.log2(cores));
}

/** The last netdev whose numbers begin at or below this one. */
function owner({ inventory }: Objects, first: (netdev: NetdevQueues) => number, id: number): NetdevQueues {
  const netdev = inventory.netdevs.findLast((candidate) => first(candidate) <= id);
  if (netdev === undefined) throw new Error(`no netdev has object ${id}`);
  return netdev;
}
