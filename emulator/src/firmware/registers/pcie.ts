import type { Card } from '../card.ts';
import { refuse } from '../status.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

const DATA = 8;
const PERFORMANCE = 0;
const PHYSICAL_LAYER = 3;
const PERFORMANCE_2 = 4;

/** link_speed masks: bit 0 2.5 G, 1 5 G, 2 8 G, 4 16 G, 5 32 G, 6 64 G; bit 3 is unused. */
const speedBits = [0, 0x1, 0x2, 0x4, 0x10, 0x20, 0x40];
/** Bytes a second of one lane, by generation. */
const laneBytes = [0, 0.25e9, 0.5e9, 0.985e9, 1.97e9, 3.94e9, 7.56e9];

/** PCI Express (reference 12.3). From the host, depth and node are 0 and pcie_index is ignored. */
export const pcieRegisters: readonly RegisterRow[] = [
  {
    name: 'MPEIN',
    read: ({ card, context }) => {
      const { generation, width, powerWatts } = card.model.pcie;
      const [bus, device] = busAndDevice(context.profile.pciAddress);
      return {
        link_speed_enabled: speedBits.slice(0, generation + 1).reduce((mask, bit) => mask | bit, 0),
        link_width_enabled: width * 2 - 1,
        link_speed_active: speedBits[generation] ?? 0,
        link_width_active: width,
        lane0_physical_position: 0,
        num_of_pfs: card.profile.functions.filter(({ type }) => type === 'PF').length,
        num_of_vfs: card.profile.functions.filter(({ type }) => type === 'VF').length,
        bdf0: (bus << 8) | (device << 3),
        max_payload_size: 2,
        max_read_request_size: 5,
        pwr_status: 1,
        port_type: 0,
        lane_reversal: 0,
        link_peer_max_speed: speedBits[generation] ?? 0,
        pci_power: powerWatts,
        device_status: 0x9,
      };
    },
  },
  {
    name: 'MPIR',
    read: ({ context }) => {
      const [bus, device] = busAndDevice(context.profile.pciAddress);
      return {
        host_buses: 1,
        bus,
        device,
        local_port: 1,
        num_con_devices: 0,
        segment_cap: 1,
        segment_valid: 1,
        segment_base: 0,
      };
    },
  },
  {
    // `clr` is write-only in the database but acts on reads.
    name: 'MPCNT',
    read: readMpcnt,
  },
  {
    name: 'MPEGC',
    writable: true,
    harmless: ['field_select'],
    read: () => ({
      outbound_stalled_reads_th: 90,
      outbound_stalled_writes_th: 90,
      tx_lossy_overflow_oper: 0,
      status: 0,
    }),
  },
  {
    name: 'MPECS',
    harmless: ['byte_enable'],
    read: ({ card, field }) => {
      // Register 0 of the header at capability 0: device and vendor id.
      if (field('capability_id') !== 0 || field('reg_num') !== 0) return { status: 3 };
      return { status: 0, data: card.model.pciDeviceId * 0x10000 + 0x15b3 };
    },
  },
];

function readMpcnt(access: RegisterAccess): ReturnType<RegisterRow['read']> {
  const { card, part } = access;
  const grp = access.field('grp');
  if (grp === PHYSICAL_LAYER) {
    part('pcie_physical_layer_ext', DATA, { eqlz_timeout_ph0: 0 });
    return {};
  }
  if (grp !== PERFORMANCE && grp !== PERFORMANCE_2) return refuse('BAD_PARAM', 'MPCNT.grp');
  const key = `MPCNT ${grp}`;
  const counters = grp === PERFORMANCE ? errorCounters(card) : trafficCounters(card);
  const cleared = card.cleared.get(key)?.counters ?? {};
  const reduced = Object.fromEntries(
    Object.entries(counters).map(([name, value]) => [name, wrap32(name, value - (cleared[name] ?? 0))]),
  );
  if (grp === PERFORMANCE) part('pcie_perf_counters_ext', DATA, { ...reduced, ...gauges() });
  else part('pcie_perf_counters2_ext', DATA, reduced);
  if (access.field('clr') === 1) card.cleared.set(key, { atSeconds: card.uptimeSeconds(), counters });
  return {};
}

/** Errors of the link that MPCNT counts; the host's AER counters are the same events. */
export function errorCounters(card: Card): Record<string, number> {
  const hours = card.uptimeSeconds() / 3600;
  return {
    rx_errors: Math.floor(hours / 40),
    tx_errors: 0,
    crc_error_dllp: Math.floor(hours / 60),
    crc_error_tlp: Math.floor(hours / 90),
    tx_overflow_buffer_pkt: 0,
    outbound_stalled_reads_events: Math.floor(hours * 3),
    outbound_stalled_writes_events: Math.floor(hours * 2),
    l0_to_recovery: 4 + Math.floor(hours / 200),
  };
}

/** Percentages and ratios: nothing accumulates here. */
function gauges(): Record<string, number> {
  return {
    outbound_stalled_reads: 1,
    outbound_stalled_writes: 0,
    effective_ber_coef: 15,
    effective_ber_magnitude: 255,
    fber_coef: 15,
    fber_magnitude: 255,
  };
}

/** What the ports received is written to host memory, what they sent was read from it. */
function trafficCounters(card: Card): Record<string, number> {
  const { generation, width } = card.model.pcie;
  const most = (laneBytes[generation] ?? 0) * width * card.uptimeSeconds();
  const octets = (direction: 'tx' | 'rx'): number =>
    Math.min(
      most,
      card.cages.reduce((sum, port) => sum + card.traffic(port, direction, port.activeSeconds()).octets, 0),
    );
  const written = Math.floor(octets('rx') / 4);
  const fetched = Math.floor(octets('tx') / 4);
  return {
    total_dwords_transmitted: written,
    total_dwords_received: fetched,
    outbound_read_tlps_count: Math.floor(fetched / 128),
    outbound_read_data_dword: fetched,
    outbound_write_tlps_count: Math.floor(written / 64),
    outbound_write_data_dword: written,
    outbound_completion_tlps_count: Math.floor(card.uptimeSeconds() * 200),
    outbound_completion_data_dwords_count: Math.floor(card.uptimeSeconds() * 400),
  };
}

/** Counters of 32 bits wrap. */
function wrap32(name: string, value: number): number {
  return name.endsWith('_data_dword') || name === 'tx_overflow_buffer_pkt' ? value : value % 2 ** 32;
}

function busAndDevice(pciAddress: string): [bus: number, device: number] {
  return [Number.parseInt(pciAddress.slice(5, 7), 16), Number.parseInt(pciAddress.slice(8, 10), 16)];
}
