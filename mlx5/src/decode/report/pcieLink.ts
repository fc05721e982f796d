import type { FoundItems } from './foundItems.ts';
import type { ReportRow, Severity } from './report.ts';
import { row } from './reportRows.ts';

const POWER_INSUFFICIENT = 2;
const FATAL_ERROR = 4;
const COUNTERS = 'counter_set.pcie_perf_counters_ext';

/** The card's PCI Express link: what runs against what is enabled and what the slot could do. */
export function pcieRows(found: FoundItems): readonly (readonly ReportRow[])[] {
  const link = found.find('MPEIN');
  const counters = found.find('MPCNT', { grp: 0 }).below(COUNTERS);
  const width = link.number('link_width_active');
  // A mask: 1, 2, 4, 8, 16 lanes.
  const widest = highestBit(link.number('link_width_enabled'));
  const speed = link.number('link_speed_active') ?? 0;
  const fastest = highestBit((link.number('link_speed_enabled') ?? 0) & (link.number('link_peer_max_speed') ?? 0));
  const power = link.number('pwr_status');
  const status = link.number('device_status') ?? 0;
  return [
    row('Width', width === undefined ? undefined : `x${width}`, narrower(width ?? 0, widest, `x${widest} is enabled`)),
    row('Speed', link.text('link_speed_active'), narrower(speed, fastest, 'card and slot can do more')),
    row('Fastest of the slot', link.text('link_peer_max_speed')?.split(', ').at(-1)),
    row('Maximum payload', link.text('max_payload_size')),
    row('Maximum read request', link.text('max_read_request_size')),
    row('Power', link.text('pwr_status'), {
      severity: power === POWER_INSUFFICIENT ? 'error' : undefined,
      advice: power === POWER_INSUFFICIENT ? 'The slot gives less power than the card needs.' : undefined,
    }),
    row('Device status', link.text('device_status'), {
      severity: (status & FATAL_ERROR) !== 0 ? 'warning' : undefined,
    }),
    row('Receive errors', counters.value('rx_errors')),
    row('Transmit errors', counters.value('tx_errors')),
    row('CRC errors (DLLP, TLP)', pair(counters.value('crc_error_dllp'), counters.value('crc_error_tlp'))),
    row('Recoveries from L0', counters.value('l0_to_recovery')),
  ];
}

function narrower(
  active: number,
  best: number,
  what: string,
): { readonly severity?: Severity; readonly advice?: string } {
  if (active === 0 || best === 0) return {};
  return active >= best
    ? { severity: 'ok' }
    : { severity: 'warning', advice: `Less than it could be, ${what}: reseat the card.` };
}

function highestBit(mask: number | undefined): number {
  return mask === undefined || mask === 0 ? 0 : 2 ** (31 - Math.clz32(mask));
}

function pair(first: number | string | undefined, second: number | string | undefined): readonly (number | string)[] {
  return first === undefined || second === undefined ? [] : [first, second];
}
