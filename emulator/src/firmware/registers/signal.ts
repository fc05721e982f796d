import type { LinkMode } from '../state/linkModes.ts';
import { HISTOGRAM_BINS } from '../state/phy.ts';
import { supportedModes } from '../state/portLimits.ts';
import { between } from '../state/random.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';
import { SERDES_5NM, SERDES_7NM, serdesOf } from './serdes.ts';

const PAGE = 4;

/** FEC and signal quality (reference 12.7). */
export const signalRegisters: readonly RegisterRow[] = [
  {
    name: 'PPLM',
    writable: true,
    // Linux and the mlx5ctl tool know 80 bytes.
    shortForm: 80,
    harmless: [
      'plr_vld',
      'tx_crc_plr_vld',
      'plr_reject_mode_vld',
      'plr_margin_th_override_to_default',
      'tx_crc_plr_override_to_default',
      'plr_reject_mode_override_to_default',
    ],
    read: ({ port, card }) => ({
      // A mask here; PDDR has the bit's number.
      fec_mode_active: port.up ? 2 ** port.mode.fecBit : 0,
      ...fecCapabilities(supportedModes(card.model, port, 'ethernet')),
    }),
  },
  {
    name: 'PPHCR',
    harmless: ['bin_range_write_mask'],
    checks: { hist_type: (value) => value <= 1 },
    read: () => ({
      active_hist_type: 1,
      num_of_bins: HISTOGRAM_BINS,
      hist_min_measurement: 0,
      hist_max_measurement: HISTOGRAM_BINS - 1,
      ...Object.fromEntries(
        Array.from({ length: HISTOGRAM_BINS }, (_, bin) => [
          [`bin_range[${bin}].low_val`, bin],
          [`bin_range[${bin}].high_val`, bin],
        ]).flat(),
      ),
    }),
  },
  {
    name: 'PPRM',
    checks: { param_select: (value) => value <= 1 },
    harmless: ['recovery_go_once'],
    read: () => ({ recovery_types_cap: 0b11, no_neg_bhvr: 0, host_logic_re_lock: 0, oper_recovery: 0 }),
  },
  {
    name: 'PTASv2',
    harmless: ['restart_training'],
    read: ({ card, part }) => {
      const { version } = serdesOf(card);
      const values = { iterations_cap: 1, lt_ext_timeout_cap: 1, ber_target_cap: 1, num_of_iter_oper: 1 };
      // The pages of other generations are not modelled.
      if (version === SERDES_7NM || version === SERDES_5NM) part('ptasv2_7nm_ext', 8, values);
      return { version, kr_ext_cap: 1 };
    },
  },
  {
    name: 'SLTP',
    // 20 bytes before the page for newer SerDes.
    shortForm: 20,
    harmless: ['c_db', 'conf_mod'],
    read: ({ card, port, field, part }) => {
      const serdes = serdesOf(card);
      const tap = (name: string, low: number, high: number): number =>
        Math.round(between(card.random, `sltp ${port.number} ${field('lane')} ${name}`, low, high)) & 0xff;
      part(serdes.sltp.layout, PAGE, serdes.sltp.values(tap));
      return { version: serdes.version, status: port.up ? 1 : 0 };
    },
  },
  {
    name: 'SLRG',
    checks: { all_lanes: (value) => value === 0, measurements_thresholds: (value) => value === 0 },
    read: readSlrg,
  },
  {
    name: 'SLLM',
    harmless: ['c_db'],
    read: ({ card, port, part }) => {
      const { version } = serdesOf(card);
      const values = { peq_cap: 1, is_peq_on: port.up ? 1 : 0, peq_interval_period: 40, peq_interval_period_oper: 40 };
      // The page of 7 nm is not public.
      if (version >= SERDES_5NM) part('sllm_5nm_ext', PAGE, values);
      return { version, status: port.up ? 1 : 0 };
    },
  },
  {
    name: 'PRTL',
    read: ({ port }) => ({
      rtt_support: 1,
      latency_accuracy: 5,
      latency_res: 1,
      local_phy_latency: 210,
      local_mod_dp_latency: port.profile.cable === 'optical' ? 60 : 0,
      round_trip_latency: port.up ? 930 : 0,
    }),
  },
];

/** What firmware has last measured, per lane. Asking for a measurement (fom_measurement) disturbs the receiver: it is
 * journaled. */
function readSlrg(access: RegisterAccess): ReturnType<RegisterRow['read']> {
  const { card, port, field, input, part } = access;
  if (((input[PAGE + 3] ?? 0) & 0xf) !== 0) access.mutate('SLRG measurement');
  const serdes = serdesOf(card);
  const merit = Math.round(between(card.random, `slrg ${port.number} ${field('lane')}`, 170, 230));
  if (port.up) part(serdes.slrg.layout, PAGE, serdes.slrg.values(merit));
  return { version: serdes.version, status: port.up ? 1 : 0 };
}

/** RS FEC for every speed that the card runs, as masks: 4 bits wide for old speeds, 16 for those of 50G lanes and up. */
function fecCapabilities(modes: readonly LinkMode[]): Record<string, number> {
  const RS_OLD = 0b100;
  const RS_544_AND_272 = 0x280;
  return Object.fromEntries(
    modes.flatMap(({ pplmSuffix, fecBit, fecBlockBits }) => {
      const capability = fecBlockBits === 0 ? 0b11 : fecBit === 2 ? RS_OLD | 1 : RS_544_AND_272;
      return [
        [`fec_override_cap_${pplmSuffix}`, capability],
        [`fec_override_admin_${pplmSuffix}`, 0],
      ];
    }),
  );
}
