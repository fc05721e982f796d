import type { FoundFields, FoundItems } from './foundItems.ts';
import type { ReportRow, Severity } from './report.ts';
import { listOf, row } from './reportRows.ts';

type Index = Readonly<Record<string, number>>;

/** Effective BER from which a link is worth a look, and from which it is bad [inferred: InfiniBand asks for 1E-12, and
 * links in service are commonly accepted below 1E-15]. */
const BER_TO_LOOK_AT = 1e-15;
const BER_TOO_HIGH = 1e-12;

const STATISTICS = 'counter_set.phys_layer_stat_cntrs_ext';
const PHYSICAL = 'counter_set.phys_layer_cntrs_ext';

/** Bit error ratios and error counters. */
export function errorRows(found: FoundItems, port: number, lanes: number): readonly (readonly ReportRow[])[] {
  const index = { local_port: port };
  const statistics = found.find('PPCNT', { ...index, grp: 0x16 }).below(STATISTICS);
  const physical = found.find('PPCNT', { ...index, grp: 0x12 }).below(PHYSICAL);
  const cleared = statistics.number('time_since_last_clear') ?? physical.number('time_since_last_clear');
  const uncorrectable = physical.number('rs_fec_uncorrectable_blocks');
  // Before the first bit there is nothing to count, and firmware says 15E-255.
  const counted = statistics.number('phy_received_bits') !== 0;
  return [
    row('Since the last clear', cleared === undefined ? undefined : Math.round(cleared / 6000) / 10, { unit: 'min' }),
    row('Received bits', statistics.value('phy_received_bits')),
    ...(counted ? ratioRows(statistics, lanes) : []),
    row('Effective errors', statistics.value('phy_effective_errors')),
    row('Symbol errors', statistics.value('phy_symbol_errors') ?? physical.value('symbol_errors')),
    row('FEC corrected blocks', physical.value('rs_fec_corrected_blocks')),
    row('FEC uncorrectable blocks', physical.value('rs_fec_uncorrectable_blocks'), {
      severity: uncorrectable === undefined ? undefined : uncorrectable === 0 ? 'ok' : 'warning',
    }),
    row(
      'FEC corrected symbols by lane',
      listOf(lanes, (lane) => physical.value(`rs_fec_corrected_symbols_lane${lane}`)),
    ),
    ...retransmissionRows(found, index),
  ];
}

function ratioRows(statistics: FoundFields, lanes: number): readonly (readonly ReportRow[])[] {
  const severity = berSeverity(statistics);
  const bad = severity === 'warning' || severity === 'error';
  return [
    row('Raw BER', statistics.text('raw_ber_coef')),
    row(
      'Raw BER by lane',
      listOf(lanes, (lane) => statistics.text(`raw_ber_coef_lane${lane}`)),
    ),
    row('Effective BER', statistics.text('effective_ber_coef'), {
      severity,
      advice: bad ? 'Clean the connectors, reseat, then replace the cable.' : undefined,
    }),
    row('Symbol BER', statistics.text('symbol_ber_coef')),
  ];
}

function berSeverity(statistics: FoundFields): Severity | undefined {
  const coefficient = statistics.number('effective_ber_coef');
  const magnitude = statistics.number('effective_ber_magnitude');
  if (coefficient === undefined || magnitude === undefined) return undefined;
  const ratio = coefficient * 10 ** -magnitude;
  return ratio >= BER_TOO_HIGH ? 'error' : ratio >= BER_TO_LOOK_AT ? 'warning' : 'ok';
}

/** Physical layer retransmission, where it is on. */
function retransmissionRows(found: FoundItems, index: Index): readonly (readonly ReportRow[])[] {
  const counters = found.find('PPCNT', { ...index, grp: 0x22 }).below('counter_set.ppcnt_plr_counters_ext');
  if ((counters.number('plr_rcv_codes') ?? 0) === 0) return [];
  return [
    row('PLR codes received', counters.value('plr_rcv_codes')),
    row('PLR codes with errors', counters.value('plr_rcv_code_err')),
    row('PLR codes lost', counters.value('plr_codes_loss')),
    row('PLR retries', counters.value('plr_xmit_retry_events')),
  ];
}

/** Code words by their number of corrected symbols: bins of PPCNT, ranges of PPHCR. */
export function histogramRows(found: FoundItems, port: number): readonly (readonly ReportRow[])[] {
  const index = { local_port: port };
  const ranges = found.find('PPHCR', index);
  const counts = found.find('PPCNT', { ...index, grp: 0x23 }).below('counter_set.ppcnt_rs_fec_histograms_counters_ext');
  const bins = Math.min(ranges.number('num_of_bins') ?? 16, 19);
  const all = Array.from({ length: bins }, (_, bin) => counts.number(`hist[${bin}]`) ?? 0);
  if (all.every((count) => count === 0)) return [];
  return Array.from({ length: bins }, (_, bin) => {
    const low = ranges.number(`bin_range[${bin}].low_val`) ?? bin;
    const high = ranges.number(`bin_range[${bin}].high_val`) ?? bin;
    return row(`Bin ${bin} (errors ${low === high ? low : `${low} to ${high}`})`, counts.value(`hist[${bin}]`));
  });
}
