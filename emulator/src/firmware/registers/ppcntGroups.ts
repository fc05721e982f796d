import type { Card } from '../card.ts';
import type { Values } from '../layout/structWriter.ts';
import { berParts, phyOf } from '../state/phy.ts';
import type { Port } from '../state/port.ts';
import type { Carried } from '../state/traffic.ts';

/** What a counter group is computed from. */
export interface Counted {
  readonly port: Port;
  readonly tx: Carried;
  readonly rx: Carried;
  readonly phy: ReturnType<typeof phyOf>;
  /** Priority or traffic class, for the groups that have one. */
  readonly prioTc: number;
}

export interface CounterGroup {
  readonly grp: number;
  readonly layout: string;
  /** Only on ports of this protocol. */
  readonly protocol?: Port['mode']['protocol'];
  /** Largest prio_tc. */
  readonly prioTc?: number;
  /** Counters that grow from the device's start; a clear sets them to 0. */
  readonly counters: (counted: Counted) => Record<string, number>;
  /** Widths of counters that stop at their largest value. */
  readonly saturating?: Readonly<Record<string, number>>;
  /** Further fields, from counters already reduced by the last clear. */
  readonly derived?: (counters: Readonly<Record<string, number>>, port: Port, clearedMs: number) => Values;
}

export function countedBy(card: Card, port: Port, active: number, prioTc: number): Counted {
  return {
    port,
    prioTc,
    tx: card.traffic(port, 'tx', active),
    rx: card.traffic(port, 'rx', active),
    phy: phyOf(port, active),
  };
}

/** Share of the traffic in each priority: bulk data on 3 (lossless), the rest mostly on 0. */
const PRIORITY_SHARE = [0.22, 0.01, 0.01, 0.72, 0, 0.01, 0.02, 0.01];
const share = (total: number, prioTc: number): number => Math.floor(total * (PRIORITY_SHARE[prioTc] ?? 0));

const ETHERNET_SIZES = [
  'pkts64octets',
  'pkts65to127octets',
  'pkts128to255octets',
  'pkts256to511octets',
  'pkts512to1023octets',
  'pkts1024to1518octets',
  'pkts1519to2047octets',
  'pkts2048to4095octets',
  'pkts4096to8191octets',
  'pkts8192to10239octets',
] as const;

function bySize(prefix: string, { bySize: counts }: Carried): Record<string, number> {
  return Object.fromEntries(ETHERNET_SIZES.map((size, at) => [`${prefix}_${size}`, counts[at] ?? 0]));
}

function perLane(prefix: string, values: readonly number[], count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, lane) => [`${prefix}${lane}`, values[lane] ?? 0]));
}

/** Pause frames that a lossless fabric under load sees. */
const paused = ({ rx }: Counted): number => Math.floor(rx.frames * 1e-6);

export const counterGroups: readonly CounterGroup[] = [
  {
    grp: 0x0,
    layout: 'eth_802_3_cntrs_grp_data_layout_ext',
    protocol: 'ethernet',
    counters: (counted) => ({
      a_frames_transmitted_ok: counted.tx.frames,
      a_frames_received_ok: counted.rx.frames,
      a_frame_check_sequence_errors: counted.phy.uncorrectableBlocks,
      a_octets_transmitted_ok: counted.tx.octets,
      a_octets_received_ok: counted.rx.octets,
      a_multicast_frames_xmitted_ok: counted.tx.multicast,
      a_broadcast_frames_xmitted_ok: counted.tx.broadcast,
      a_multicast_frames_received_ok: counted.rx.multicast,
      a_broadcast_frames_received_ok: counted.rx.broadcast,
      a_symbol_error_during_carrier: counted.phy.symbolErrors,
      a_mac_control_frames_received: paused(counted),
      a_pause_mac_ctrl_frames_received: paused(counted),
    }),
  },
  {
    grp: 0x1,
    layout: 'eth_2863_cntrs_grp_data_layout_ext',
    protocol: 'ethernet',
    counters: ({ tx, rx, phy }) => ({
      if_in_octets: rx.octets,
      if_in_ucast_pkts: rx.unicast,
      if_in_errors: phy.uncorrectableBlocks,
      if_out_octets: tx.octets,
      if_out_ucast_pkts: tx.unicast,
      if_in_multicast_pkts: rx.multicast,
      if_in_broadcast_pkts: rx.broadcast,
      if_out_multicast_pkts: tx.multicast,
      if_out_broadcast_pkts: tx.broadcast,
    }),
  },
  {
    grp: 0x2,
    layout: 'eth_2819_cntrs_grp_data_layout_ext',
    protocol: 'ethernet',
    counters: ({ rx, phy }) => ({
      ether_stats_octets: rx.octets,
      ether_stats_pkts: rx.frames,
      ether_stats_broadcast_pkts: rx.broadcast,
      ether_stats_multicast_pkts: rx.multicast,
      ether_stats_crc_align_errors: phy.uncorrectableBlocks,
      ...bySize('ether_stats', rx),
    }),
  },
  {
    grp: 0x3,
    layout: 'eth_3635_cntrs_grp_data_layout_ext',
    protocol: 'ethernet',
    counters: (counted) => ({
      dot3stats_fcs_errors: counted.phy.uncorrectableBlocks,
      dot3stats_symbol_errors: counted.phy.symbolErrors,
      dot3in_pause_frames: paused(counted),
    }),
  },
  {
    grp: 0x5,
    layout: 'eth_extended_cntrs_grp_data_layout_ext',
    protocol: 'ethernet',
    counters: ({ tx, rx }) => ({
      port_transmit_wait: Math.floor(tx.octets * 1e-3),
      ecn_marked: Math.floor(tx.frames * 2e-5),
      rx_buffer_almost_full: Math.floor(rx.octets * 1e-6),
      rx_icrc_encapsulated: 0,
      ...bySize('tx_stats', tx),
    }),
  },
  {
    grp: 0x6,
    layout: 'eth_discard_cntrs_grp_ext',
    protocol: 'ethernet',
    counters: ({ rx, port }) => ({
      ingress_general: Math.floor(rx.frames * 1e-9),
      egress_link_down: port.linkDownEvents * 37,
      ingress_discard_all: Math.floor(rx.frames * 1e-9),
    }),
  },
  {
    grp: 0x10,
    layout: 'eth_per_prio_grp_data_layout_ext',
    protocol: 'ethernet',
    prioTc: 7,
    counters: (counted) => {
      const { tx, rx, prioTc } = counted;
      // Only the lossless priority is paused.
      const pauses = prioTc === 3 ? paused(counted) : 0;
      return {
        rx_octets: share(rx.octets, prioTc),
        rx_frames: share(rx.frames, prioTc),
        tx_octets: share(tx.octets, prioTc),
        tx_frames: share(tx.frames, prioTc),
        rx_pause: pauses,
        rx_pause_duration: pauses * 3,
        rx_pause_transition: Math.floor(pauses / 2),
      };
    },
  },
  {
    grp: 0x11,
    layout: 'eth_per_traffic_class_layout_ext',
    protocol: 'ethernet',
    prioTc: 7,
    // The queue's depth is no counter: `derived` gives what is in it now.
    counters: () => ({ no_buffer_discard_uc: 0 }),
    derived: (_counters, port) => ({ transmit_queue: port.up ? 128 : 0 }),
  },
  {
    grp: 0x13,
    layout: 'eth_per_traffic_class_cong_layout_ext',
    protocol: 'ethernet',
    prioTc: 7,
    counters: ({ tx, prioTc }) => ({ wred_discard: 0, ecn_marked_tc: share(Math.floor(tx.frames * 2e-5), prioTc) }),
  },
  {
    grp: 0x12,
    layout: 'phys_layer_cntrs_ext',
    counters: ({ port, phy }) => ({
      symbol_errors: phy.symbolErrors,
      rs_fec_corrected_blocks: phy.correctedBlocks,
      rs_fec_uncorrectable_blocks: phy.uncorrectableBlocks,
      rs_fec_no_errors_blocks: phy.histogram[0] ?? 0,
      rs_fec_corrected_symbols_total: port.mode.fecBlockBits === 0 ? 0 : phy.rawErrors,
      ...(port.mode.fecBlockBits === 0 ? {} : perLane('rs_fec_corrected_symbols_lane', phy.laneErrors, 8)),
      link_down_events: port.linkDownEvents,
      unintentional_link_down_events: port.linkDownEvents,
    }),
    derived: (_counters, _port, clearedMs) => ({ time_since_last_clear: clearedMs }),
  },
  {
    grp: 0x16,
    layout: 'phys_layer_stat_cntrs_ext',
    counters: ({ phy }) => ({
      phy_received_bits: phy.bits,
      phy_symbol_errors: phy.symbolErrors,
      phy_corrected_bits: phy.rawErrors,
      phy_effective_errors: phy.effectiveErrors,
      ...perLane('phy_raw_errors_lane', phy.laneErrors, 8),
    }),
    derived: bitErrorRatios,
  },
  {
    grp: 0x1a,
    layout: 'ppcnt_recovery_counters_ext',
    counters: ({ port }) => ({ unintentional_link_down_events: port.linkDownEvents }),
  },
  {
    grp: 0x20,
    layout: 'IB_portcntrs_attribute_grp_data_ext',
    protocol: 'infiniband',
    counters: ({ port, tx, rx, phy }) => ({
      link_downed_counter: port.linkDownEvents,
      symbol_error_counter: phy.symbolErrors,
      port_rcv_errors: phy.uncorrectableBlocks,
      // Words of 4 octets.
      port_xmit_data: Math.floor(tx.octets / 4),
      port_rcv_data: Math.floor(rx.octets / 4),
      port_xmit_pkts: tx.frames,
      port_rcv_pkts: rx.frames,
      port_xmit_wait: Math.floor(tx.octets * 1e-3),
    }),
    saturating: {
      link_downed_counter: 8,
      symbol_error_counter: 16,
      port_rcv_errors: 16,
      port_xmit_data: 32,
      port_rcv_data: 32,
      port_xmit_pkts: 32,
      port_rcv_pkts: 32,
      port_xmit_wait: 32,
    },
  },
  {
    grp: 0x21,
    layout: 'IB_long_portcntrs_attribute_grp_data_ext',
    protocol: 'infiniband',
    counters: ({ port, tx, rx, phy }) => ({
      symbol_error_counter: phy.symbolErrors,
      link_downed_counter: port.linkDownEvents,
      port_rcv_errors: phy.uncorrectableBlocks,
      port_xmit_data: Math.floor(tx.octets / 4),
      port_rcv_data: Math.floor(rx.octets / 4),
      port_xmit_pkts: tx.frames,
      port_rcv_pkts: rx.frames,
      port_xmit_wait: Math.floor(tx.octets * 1e-3),
      port_unicast_xmit_pkts: tx.frames - tx.multicast,
      port_multicast_xmit_pkts: tx.multicast,
      port_unicast_rcv_pkts: rx.frames - rx.multicast,
      port_multicast_rcv_pkts: rx.multicast,
    }),
  },
  { grp: 0x22, layout: 'ppcnt_plr_counters_ext', counters: plrCounters },
  {
    grp: 0x23,
    layout: 'ppcnt_rs_fec_histograms_counters_ext',
    counters: ({ phy }) => Object.fromEntries(phy.histogram.map((count, bin) => [`hist[${bin}]`, count])),
  },
  {
    grp: 0x25,
    layout: 'ppcnt_infiniband_packets_counter_ext',
    protocol: 'infiniband',
    counters: ({ tx, rx, phy }) => ({
      port_unicast_xmit_pkts: tx.frames - tx.multicast,
      port_unicast_rcv_pkts: rx.frames - rx.multicast,
      port_local_physical_errors: phy.uncorrectableBlocks,
    }),
    derived: (_counters, _port, clearedMs) => ({ time_since_last_clear: clearedMs }),
  },
  {
    grp: 0x26,
    layout: 'ppcnt_infiniband_general_counter_ext',
    protocol: 'infiniband',
    counters: () => ({ rq_general_error: 0 }),
  },
];

function plrCounters({ port, tx, rx }: Counted): Record<string, number> {
  // Link-level retransmission runs on InfiniBand from NDR on.
  const on = port.mode.protocol === 'infiniband' && port.mode.laneMbps >= 100_000;
  const received = on ? Math.floor(rx.octets / 256) : 0;
  return {
    plr_rcv_codes: received,
    plr_rcv_good_codes: received,
    plr_xmit_codes: on ? Math.floor(tx.octets / 256) : 0,
  };
}

const LINK_TIME_UNIT_MS = 128;

/** Every ratio is that of the errors and bits in the same answer. */
function bitErrorRatios(counters: Readonly<Record<string, number>>, port: Port, clearedMs: number): Values {
  const bits = counters['phy_received_bits'] ?? 0;
  const lanes = port.mode.lanes;
  const laneErrors = Array.from({ length: lanes }, (_, lane) => counters[`phy_raw_errors_lane${lane}`] ?? 0);
  const raw = berParts(
    laneErrors.reduce((sum, errors) => sum + errors, 0),
    bits,
  );
  const effective = berParts(counters['phy_effective_errors'] ?? 0, bits);
  const symbol = berParts(counters['phy_symbol_errors'] ?? 0, bits);
  const upTime = Math.floor((port.linkUpSeconds() * 1000) / LINK_TIME_UNIT_MS);
  return {
    time_since_last_clear: clearedMs,
    raw_ber_coef: raw.coef,
    raw_ber_magnitude: raw.magnitude,
    effective_ber_coef: effective.coef,
    effective_ber_magnitude: effective.magnitude,
    estimated_effective_ber_coef: effective.coef,
    estimated_effective_ber_magnitude: effective.magnitude,
    symbol_ber_coef: symbol.coef,
    symbol_ber_magnitude: symbol.magnitude,
    ...Object.fromEntries(
      laneErrors.flatMap((errors, lane) => {
        const ber = berParts(errors, bits / lanes);
        return [
          [`raw_ber_coef_lane${lane}`, ber.coef],
          [`raw_ber_magnitude_lane${lane}`, ber.magnitude],
        ];
      }),
    ),
    // A clear leaves these two alone.
    time_since_last_link_up: upTime,
    port_up_time: upTime,
  };
}
