import type { RegisterRow } from './registerRow.ts';

const STRING_DB_BYTES = 0x4000;

/** The firmware tracer as far as reading tells about it: the kernel's driver owns it. */
export const tracerRegisters: readonly RegisterRow[] = [
  {
    name: 'MTRC_CAP',
    // Linux knows 128 bytes.
    shortForm: 128,
    read: (access) => {
      // Asking with trace_owner set takes the tracer from its owner.
      if (((access.input[0] ?? 0) & 0x80) !== 0) access.mutate('MTRC_CAP tracer taken');
      return {
        trace_owner: 0,
        trace_to_memory: 1,
        trc_ver: 1,
        num_string_db: 2,
        first_string_trace: 0x40,
        num_string_trace: 0x60,
        log_max_trace_buffer_size: 18,
        'string_db_param[0].string_db_base_address': 0x00800000,
        'string_db_param[0].string_db_size': STRING_DB_BYTES,
        'string_db_param[1].string_db_base_address': 0x00900000,
        'string_db_param[1].string_db_size': STRING_DB_BYTES,
      };
    },
  },
  { name: 'MTRC_CONF', read: () => ({ trace_mode: 0, log_trace_buffer_size: 8 }) },
  {
    name: 'MTRC_CTRL',
    harmless: ['modify_field_select'],
    read: ({ card }) => {
      const ticks = Math.floor(card.uptimeSeconds() * card.model.deviceFrequencyKhz * 1000);
      return {
        trace_status: 1,
        current_timestamp_52_32: Math.floor(ticks / 2 ** 32) % 2 ** 21,
        current_timestamp_31_0: ticks % 2 ** 32,
      };
    },
  },
  {
    name: 'MTEIM',
    read: () => ({
      cap_core_tile: 2,
      cap_core_main: 8,
      cap_num_of_tile: 0,
      is_phy_uc_supported: 1,
      first_main_core_event_id: 0x40,
      first_tile_core_event_id: [0x60, 0x68],
    }),
  },
  { name: 'MTIM', read: () => ({ log_level: 3, log_bit_mask: 0 }) },
  { name: 'MTDC', read: () => ({ tracer_limit_en: 0, hw_pointer: 0 }) },
];
