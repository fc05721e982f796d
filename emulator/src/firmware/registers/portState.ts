import { type LinkMode, modeBits } from '../state/linkModes.ts';
import { supportedModes } from '../state/portLimits.ts';
import { refuse } from '../status.ts';
import { macParts } from './identity.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

const ETHERNET = 4;
const INFINIBAND = 1;
/** Bit of PCAM's feature mask: ptys_extended_ethernet. */
const EXTENDED_ETHERNET = 13;
/** The field has 12 bits: 800 Gb/s do not fit. */
const MOST_PORT_RATE = 0xfff;
/** Widths of ib_link_width: bit 0 1x, bit 1 2x, bit 2 4x. */
const IB_WIDTHS = 0b111;

/** State and settings of ports, all derived from the same port (reference 12.4). */
export const portStateRegisters: readonly RegisterRow[] = [
  {
    name: 'PAOS',
    writable: true,
    // admin_status is the port's own; the event settings are kept.
    kept: ['e', 'ls_e', 'ps_e'],
    read: ({ port }) => ({
      oper_status: port.up ? 1 : 2,
      admin_status: port.adminUp ? 1 : 2,
      e: 1,
      physical_state_status: physicalState(port),
      logical_state_status: port.up ? 4 : 1,
      last_oper_status: port.linkDownEvents > 0 ? 2 : 1,
    }),
    wrote: ({ port, field }) => {
      // admin_status takes effect only with its write enable, ase.
      if (field('ase') === 1) port.setAdmin(field('admin_status') === 1);
      return undefined;
    },
  },
  {
    name: 'PTYS',
    writable: true,
    // Linux and the mlx5ctl tool know 64 bytes.
    shortForm: 64,
    read: readPtys,
  },
  {
    name: 'PMTU',
    writable: true,
    checks: { protocol: (value) => value === 0, i_e: (value) => value <= 2 },
    read: ({ port }) => {
      const ethernet = port.mode.protocol === 'ethernet';
      return { max_mtu: ethernet ? 9978 : 4096, admin_mtu: ethernet ? 9022 : 4096, oper_mtu: ethernet ? 9022 : 4096 };
    },
  },
  {
    name: 'PMLP',
    read: ({ port }) => ({
      width: port.mode.lanes,
      rxtx: 0,
      ...Object.fromEntries(
        Array.from({ length: port.mode.lanes }, (_, lane) => [
          [`lane_module_mapping[${lane}].module`, port.number - 1],
          [`lane_module_mapping[${lane}].tx_lane`, lane],
          [`lane_module_mapping[${lane}].rx_lane`, lane],
        ]).flat(),
      ),
    }),
  },
  { name: 'PCAP', writable: true, read: () => ({ cm2_en: 1, port_capability_mask: [0, 0, 0, 0x2651e848] }) },
  {
    name: 'PPAOS',
    read: ({ port }) => ({
      phy_test_mode_status: 0,
      phy_test_mode_admin: 0,
      phy_status: port.up ? 1 : 2,
      phy_status_admin: port.adminUp ? 1 : 2,
    }),
  },
  { name: 'PPLR', harmless: ['op_mod', 'apply_im'], read: () => ({ lb_en: 0, lb_cap: 0b1000_0111 }) },
  {
    name: 'PGUID',
    read: ({ card, port }) => {
      const mac = macParts(card);
      // EUI-64 of the MAC address, in the low half of 128 bits.
      const guid = [0, 0, (mac.high * 0x10000 + Math.floor(mac.low / 2 ** 16)) >>> 0, mac.low >>> 0];
      const eui = [0, 0, ((mac.high << 16) | ((mac.low >>> 16) & 0xff00) | 0x03) >>> 0, (mac.low & 0xffffff) >>> 0];
      return {
        sys_guid: eui,
        node_guid: eui,
        port_guid: eui.map((word, at) => (at === 3 ? (word + port.number - 1) >>> 0 : word)),
        allocated_guid: guid.map(() => 0),
      };
    },
  },
  {
    name: 'PMDR',
    read: ({ port }) => ({
      version: 4,
      width_valid: 1,
      cluster: 0,
      module: port.number - 1,
      pport: port.number - 1,
      ib_port: port.number,
      module_lane_mask: 2 ** port.mode.lanes - 1,
      port_width: port.mode.lanes,
      local_port_query: port.number,
      label_port_query: port.number,
      vl_num: port.mode.lanes,
      VL0_lane_map: 0,
      VL1_lane_map: 1,
      VL2_lane_map: 2,
      VL3_lane_map: 3,
      ...Object.fromEntries(
        Array.from({ length: port.mode.lanes }, (_, lane) => [
          [`lane${lane}_physical_rx`, lane],
          [`lane${lane}_physical_tx`, lane],
        ]).flat(),
      ),
    }),
  },
  { name: 'PPCR', read: () => ({ asymmetry_enable_supported: 0, aggregated_port: 0, plane: 0, num_of_planes: 0 }) },
  {
    name: 'PCMR',
    writable: true,
    read: () => ({ fcs_cap: 1, rx_ts_over_crc_cap: 1, tx_ts_over_crc_cap: 1, entropy_calc_cap: 1, fcs_chk: 1 }),
  },
  { name: 'PIPG', writable: true, read: () => ({ ipg_oper: 12, ipg: 12, ipg_max_cap: 48, ipg_min_cap: 2 }) },
  { name: 'MLCR', writable: true, read: () => ({ operation_cap: 1, operation: 0, beacon_duration: 0 }) },
];

function physicalState(port: RegisterAccess['port']): number {
  if (port.up) return 5;
  return port.adminUp ? 2 : 3;
}

function readPtys({ port, card, field, part }: RegisterAccess): ReturnType<RegisterRow['read']> {
  const protocol = port.mode.protocol === 'ethernet' ? ETHERNET : INFINIBAND;
  if (![1, 2, 4].includes(field('proto_mask'))) return refuse('BAD_PARAM', 'PTYS.proto_mask');
  const common = {
    transmit_allowed: 1,
    an_disable_cap: 1,
    an_disable_admin: 0,
    max_port_rate: Math.min(MOST_PORT_RATE, card.model.maxPortMbps / 100),
    an_status: anStatus(port),
    data_rate_oper: port.up ? port.mode.mbps / 100 : 0,
    lane_rate_oper: port.up ? port.mode.laneMbps / 10 : 0,
    connector_type: port.cablePlugged ? (port.profile.cable === 'copper' ? 7 : 6) : 0,
  };
  // Asked for a protocol that the port does not run, firmware reports no modes.
  if (field('proto_mask') !== protocol) return common;
  return { ...common, ...(protocol === ETHERNET ? ethernetModes(card, port) : infinibandModes(card, port, part)) };
}

function ethernetModes({ model }: RegisterAccess['card'], port: RegisterAccess['port']): Record<string, number> {
  const modes = supportedModes(model, port);
  // Firmware without the extended word answers in the older one alone, which ends at 100 Gb/s.
  const isExtended = model.missing?.portFeatures?.includes(EXTENDED_ETHERNET) !== true;
  const extended = isExtended ? modeBits(modes, 'extEthBit') : 0;
  const legacy = modeBits(modes, 'ethBit');
  return {
    ext_eth_proto_capability: extended,
    eth_proto_capability: legacy,
    ext_eth_proto_admin: extended,
    eth_proto_admin: legacy,
    ext_eth_proto_oper: port.up && isExtended ? bit(port.mode, 'extEthBit') : 0,
    eth_proto_oper: port.up ? bit(port.mode, 'ethBit') : 0,
  };
}

function infinibandModes(
  { model }: RegisterAccess['card'],
  port: RegisterAccess['port'],
  part: RegisterAccess['part'],
): Record<string, number> {
  // SDR to FDR are always there beside the modes that the model names.
  const capability = modeBits(supportedModes(model, port), 'ibBit') | 0b1_1111;
  part('ptys_ext_proto_ib_cap_oper_ext', 0x38, { ext_proto_ib: 0 });
  return {
    ib_proto_capability: capability,
    ib_link_width_capability: IB_WIDTHS,
    ib_proto_admin: capability,
    ib_link_width_admin: IB_WIDTHS,
    ib_proto_oper: port.up ? bit(port.mode, 'ibBit') : 0,
    ib_link_width_oper: port.up ? port.mode.lanes : 0,
  };
}

function anStatus(port: RegisterAccess['port']): number {
  if (port.up) return 1;
  return port.adminUp ? 4 : 0;
}

export function bit(mode: LinkMode, key: 'extEthBit' | 'ethBit' | 'ibBit'): number {
  const position = mode[key];
  return position === undefined ? 0 : (1 << position) >>> 0;
}
