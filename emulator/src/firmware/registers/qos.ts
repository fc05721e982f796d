import type { Values } from '../layout/structWriter.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

const CELL_BYTES = 128;
/** Traffic class of each priority. */
const TRAFFIC_CLASS = [1, 0, 2, 3, 4, 5, 6, 7];
const LOSSLESS_BUFFER = 1;
const LOSSLESS_PRIORITY = 3;
const MASK_FIELDS = [
  'critical_stall_mask',
  'minor_stall_mask',
  'ppan_mask_n',
  'cable_length_mask',
  'packet_ratio_mask',
  'set_buf_ownership',
  'prio_mask_rx',
  'prio_mask_tx',
  'mlb_mask',
  'pptx_mask_n',
  'pprx_mask_n',
];

/** Priorities, flow control and buffers: priority 3 is lossless, the rest is best effort. */
export const qosRegisters: readonly RegisterRow[] = [
  { name: 'QPTS', writable: true, read: () => ({ trust_state: 2 }) },
  {
    name: 'QTCT',
    writable: true,
    checks: { operation_type: (value) => value <= 2 },
    read: ({ field }) => ({
      cap_local_admin: 1,
      cap_remote_admin: 0,
      tclass: TRAFFIC_CLASS[field('switch_prio')] ?? 0,
    }),
  },
  {
    name: 'QPDPM',
    writable: true,
    // An entry is `e` in bit 15 for writes and the priority in bits 3:0; DSCP 8n..8n+7 go to priority n.
    read: () => ({ dscp: Array.from({ length: 64 }, (_, dscp) => dscp >>> 3) }),
  },
  { name: 'QPDP', writable: true, read: () => ({ switch_prio: 0, color: 0 }) },
  { name: 'QPRT', writable: true, read: ({ field }) => ({ rprio: field('pcp'), color: 0 }) },
  {
    name: 'QSPCP',
    writable: true,
    read: ({ field }) => same(['rx_counting_prio', 'tx_counting_prio'], field('switch_prio')),
  },
  { name: 'QHLL', writable: true, read: () => ({ hll_time: 0, stall_cnt: 0, stall_en: 0 }) },
  {
    name: 'QEEC',
    writable: true,
    checks: {
      element_hierarchy: (value) => value === 0 || value === 2 || value === 3,
      element_index: (value) => value < 8,
    },
    read: ({ field }) => ({
      next_element_index: 0,
      max_shaper_rate: 0,
      mase: 0,
      de: 1,
      dwrr: field('element_hierarchy') === 3 ? 1 : 0,
      dwrr_weight: field('element_index') === LOSSLESS_PRIORITY ? 60 : 5,
    }),
  },
  {
    name: 'DCBX_PARAM',
    writable: true,
    read: () => ({
      max_application_table_size: 32,
      dcbx_ieee_cap: 1,
      dcbx_cee_cap: 1,
      version_admin: 2,
      version_oper: 2,
      num_of_tc_admin: 8,
      num_of_tc_oper: 8,
      pfc_cap_admin: 8,
      pfc_cap_oper: 8,
      willing_admin: 1,
    }),
  },
  { name: 'DCBX_APPLICATION', read: ({ part }) => oneApplication(part) },
  {
    name: 'PFCC',
    writable: true,
    harmless: MASK_FIELDS,
    checks: { dcbx_operation_type: (value) => value <= 2 },
    read: () => ({
      cap_local_admin: 1,
      cap_remote_admin: 1,
      buf_ownership: 2,
      ppan: 0,
      pfctx: 1 << LOSSLESS_PRIORITY,
      pfcrx: 1 << LOSSLESS_PRIORITY,
      pptx: 0,
      pprx: 0,
      device_stall_minor_watermark: 0,
      device_stall_critical_watermark: 0,
      cable_length: 30,
    }),
  },
  {
    name: 'PPTB',
    writable: true,
    checks: { mm: (value) => value <= 1 },
    harmless: ['pm', 'um', 'cm', 'pm_msb'],
    read: () => ({
      ...Object.fromEntries(
        Array.from({ length: 8 }, (_, priority) => [
          `prio${priority}buff`,
          priority === LOSSLESS_PRIORITY ? LOSSLESS_BUFFER : 0,
        ]),
      ),
      untagged_buff: 0,
      ctrl_buff: 0,
    }),
  },
  { name: 'PBMC', writable: true, read: readPbmc },
  {
    name: 'PBSR',
    checks: { buffer_type: (value) => value <= 1 },
    read: ({ card, port }) => ({
      'stat_buffer[0].watermark': occupancy(card, port.number, 900),
      'stat_buffer[0].used_buffer': 0,
    }),
  },
  {
    name: 'SBPR',
    writable: true,
    checks: { pool: (value) => value < 3, dir: (value) => value <= 1 },
    read: (access) => {
      const pool = access.field('pool');
      const used = occupancy(access.card, pool, 3000);
      return {
        size: pool === 0 ? 8192 : 2048,
        infi_size: 0,
        mode: 1,
        buff_occupancy: Math.floor(used / 4),
        max_buff_occupancy: watermark(access, `SBPR ${access.field('dir')} ${pool}`, used),
      };
    },
  },
  {
    name: 'SBCM',
    writable: true,
    checks: { dir: (value) => value <= 1, pg_buff: (value) => value < 8 },
    read: (access) => {
      const buffer = access.field('pg_buff');
      const used = occupancy(access.card, 10 + buffer, 800);
      return {
        buff_occupancy: Math.floor(used / 4),
        max_buff_occupancy: watermark(access, `SBCM ${access.field('dir')} ${buffer} ${access.port.number}`, used),
        min_buff: 16,
        max_buff: 1024,
        infi_max: 0,
        pool: buffer === LOSSLESS_BUFFER ? 1 : 0,
      };
    },
  },
  {
    name: 'ROCE_ACCL',
    read: () => ({ roce_adp_retrans_en: 1, roce_tx_window_en: 1, roce_slow_restart_en: 1, adp_retx_profile_max_id: 1 }),
  },
  {
    name: 'CWTP',
    writable: true,
    checks: { pnat: (value) => value === 0 || value === 2 },
    read: () => ({ mode: 0, profile1_min: 500, profile1_max: 1500, profile1_percent: 100 }),
  },
  {
    name: 'CWTPM',
    writable: true,
    checks: { pnat: (value) => value === 0 || value === 2 },
    read: () => ({ ew: 0, ece: 1 }),
  },
];

function readPbmc({ part }: RegisterAccess): Values {
  // Lossless thresholds lie in a union that `lossy` selects.
  part('bufferx_lossless_thresholds_ext', 0xc + 8 * LOSSLESS_BUFFER + 4, { xoff_threshold: 768, xon_threshold: 640 });
  return {
    xoff_refresh: 0,
    xoff_timer_value: 0xffff,
    port_buffer_size: (2 * 1024 * 1024) / CELL_BYTES / 8,
    'buffer[0].size': 1024,
    'buffer[0].lossy': 1,
    [`buffer[${LOSSLESS_BUFFER}].size`]: 1024,
    [`buffer[${LOSSLESS_BUFFER}].lossy`]: 0,
    [`buffer[${LOSSLESS_BUFFER}].epsb`]: 1,
  };
}

/** RoCE v2 (UDP port 4791, selector 3) on the lossless priority. */
function oneApplication(part: RegisterAccess['part']): Values {
  part('application_prio_entry_ext', 0x10, { protocol_id: 4791, sel: 3, priority: LOSSLESS_PRIORITY });
  return { num_app_prio: 1 };
}

/** Cells in use: they come and go within seconds. */
function occupancy(card: RegisterAccess['card'], salt: number, most: number): number {
  return Math.floor((most / 2) * (1 + Math.sin(card.uptimeSeconds() / 3 + salt)));
}

/** Highest occupancy seen by reads since the last clear. */
function watermark({ card, field }: RegisterAccess, key: string, used: number): number {
  const highest = Math.max(used, card.cleared.get(key)?.counters['highest'] ?? 0);
  const kept = field('clr') === 1 ? 0 : highest;
  card.cleared.set(key, { atSeconds: card.uptimeSeconds(), counters: { highest: kept } });
  return highest;
}

function same(paths: readonly string[], value: number): Values {
  return Object.fromEntries(paths.map((path) => [path, value]));
}
