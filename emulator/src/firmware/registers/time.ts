import type { CardModel } from '../cardModel.ts';
import type { RegisterRow } from './registerRow.ts';

const FREE_RUNNING_WRAP = 2 ** 48;

/** Clocks. */
export const timeRegisters: readonly RegisterRow[] = [
  {
    name: 'MRTC',
    read: ({ card }) => ({
      time_synced: 1,
      time_h: Math.floor(card.wallNs() / 1e9),
      time_l: Math.floor(card.wallNs() % 1e9),
    }),
  },
  {
    name: 'MTUTC',
    writable: true,
    // utc_sec and utc_nsec are for setting the time: they read as 0.
    read: ({ card }) => ({
      log_max_phase_adjustment: 30,
      log_max_freq_adjustment: 26,
      freq_adj_units: 0,
      time_stamp_state: 1,
      time_stamp_mode: isRealTime(card.model) ? 1 : 0,
      freq_adjustment: 0,
    }),
  },
  {
    name: 'MTCTR',
    read: ({ card, field }) => {
      const crystal = Math.floor(card.uptimeSeconds() * card.model.deviceFrequencyKhz * 1000) % FREE_RUNNING_WRAP;
      // Requests: 1 PCI time (PTM), 2 free-running counter [inferred].
      const clock = (request: number): number => (request === 2 ? crystal : Math.floor(card.wallNs()));
      const first = field('first_clock_cross_timestamp_request');
      const second = field('second_clock_cross_timestamp_request');
      return {
        accuracy: 20,
        first_clock_valid: first === 0 ? 0 : 1,
        second_clock_valid: second === 0 ? 0 : 1,
        first_clock_timestamp: first === 0 ? 0 : clock(first),
        second_clock_timestamp: second === 0 ? 0 : clock(second),
      };
    },
  },
  {
    name: 'MTPPS',
    writable: true,
    checks: { pin: (value) => value < 2 },
    read: ({ field }) => ({
      cap_max_num_of_pps_out_pins: 1,
      cap_max_num_of_pps_in_pins: 1,
      cap_number_of_pps_pins: 2,
      cap_log_min_out_pulse_duration_ns: 15,
      cap_log_min_npps_period: 10,
      cap_pin_0_mode: 0b10,
      cap_pin_1_mode: 0b01,
      pin_mode: field('pin') === 0 ? 1 : 0,
      pattern: 0,
      enable: 0,
      npps_period: 1e9,
    }),
  },
  { name: 'MTPTM', writable: true, read: () => ({ psta: 1, local_time_invalidation_to: 100, trigger_event_mode: 0 }) },
  { name: 'MRTCQ', read: ({ card }) => ({ rt_clock_identity: Math.floor(card.random('clock identity') * 2 ** 52) }) },
];

/** Bit of MCAM's feature mask: ptpcyc2realtime_modify. */
const REAL_TIME = 20;

/** Whether the clock of packets runs in UTC; else it runs free. */
export function isRealTime({ missing }: CardModel): boolean {
  return missing?.managementFeatures?.includes(REAL_TIME) !== true;
}
