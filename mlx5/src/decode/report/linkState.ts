import { protocolRates } from '../codeTables.ts';
import type { FoundFields, FoundItems } from './foundItems.ts';
import { linkAdvice } from './linkAdvice.ts';
import type { ReportRow, Severity } from './report.ts';
import { readable, row, words } from './reportRows.ts';

const ETHERNET = 4;
const INFINIBAND = 1;
const OPERATION = 'page_data.pddr_operation_info_page_ext';
const TROUBLESHOOTING = 'page_data.pddr_troubleshooting_page_ext';
const LINK_DOWN = 'page_data.pddr_link_down_info_page_ext';
const LINK_UP = 'page_data.pddr_link_up_info_page_ext';
const OPER_UP = 1;
const ADMIN_UP = 1;

/** State, speed, width and FEC of a port: what mstlink has first. */
export function operationalRows(found: FoundItems, port: number): readonly (readonly ReportRow[])[] {
  const index = { local_port: port };
  const paos = found.find('PAOS', index);
  const operation = found.find('PDDR', { ...index, page_select: 0 }).below(OPERATION);
  const ptys = ptysOf(found, index);
  const pmlp = found.find('PMLP', index);
  const up = paos.number('oper_status') === OPER_UP;
  const closed = paos.number('admin_status') !== ADMIN_UP;
  const width = pmlp.number('width');
  return [
    row('Link', words(paos, 'oper_status'), {
      severity: up ? 'ok' : closed ? 'warning' : 'error',
      ...(!up && closed ? { advice: 'The port is closed by configuration.' } : {}),
    }),
    row('Administrative state', words(paos, 'admin_status')),
    row('Physical state', words(paos, 'physical_state_status')),
    row('Logical state', words(paos, 'logical_state_status')),
    row('PHY manager', words(operation, 'phy_mngr_fsm_state')),
    row('Protocol', ptys.protocol),
    row('Speed', up ? speedText(ptys) : undefined, speedJudgement(ptys, operation, up)),
    row('Width', up && width !== undefined ? `${width}x` : undefined, widthJudgement(ptys)),
    row('FEC', up ? fecText(found, index, operation) : undefined),
    row('Loopback', words(operation, 'loopback_mode'), {
      severity: (operation.number('loopback_mode') ?? 0) === 0 ? undefined : 'warning',
    }),
    row('Auto-negotiation', words(ptys.fields, 'an_status')),
    row('Supported speeds', speeds(ptys, 'capability')),
    row('Enabled speeds', speeds(ptys, 'admin')),
    row('Speeds of the cable', cableSpeeds(ptys, operation)),
    row('MTU', found.find('PMTU', index).number('oper_mtu')),
  ];
}

interface Ptys {
  readonly fields: FoundFields;
  readonly protocol?: 'Ethernet' | 'InfiniBand';
}

function ptysOf(found: FoundItems, index: Readonly<Record<string, number>>): Ptys {
  const ethernet = found.find('PTYS', { ...index, proto_mask: ETHERNET });
  if (ethernet.number('proto_mask') !== undefined) return { fields: ethernet, protocol: 'Ethernet' };
  const infiniband = found.find('PTYS', { ...index, proto_mask: INFINIBAND });
  if (infiniband.number('proto_mask') !== undefined) return { fields: infiniband, protocol: 'InfiniBand' };
  return { fields: infiniband };
}

function speedText({ fields, protocol }: Ptys): string | undefined {
  const rate = fields.text('data_rate_oper');
  if (protocol !== 'InfiniBand') return rate;
  const name = fields.text('ib_proto_oper');
  return rate === undefined ? name : name === undefined ? rate : `${name} (${rate})`;
}

function speeds({ fields, protocol }: Ptys, which: 'capability' | 'admin'): readonly string[] | undefined {
  if (protocol === 'InfiniBand') return fields.text(`ib_proto_${which}`)?.split(', ');
  return ethernetRates(fields, which)?.map(rateText);
}

/** The extended word where the device fills it in, as PTYS's older one ends at 100 Gb/s. */
function ethernetRates(fields: FoundFields, which: 'capability' | 'admin'): readonly number[] | undefined {
  const extended = fields.number(`ext_eth_proto_${which}`);
  if (extended === undefined) return undefined;
  return extended === 0
    ? protocolRates('eth_proto_bits', fields.number(`eth_proto_${which}`) ?? 0)
    : protocolRates('ext_eth_proto_bits', extended);
}

const CABLE_ETHERNET = 'cable_proto_cap.pddr_cable_cap_eth_ext.cable_ext_eth_proto_cap';
const CABLE_INFINIBAND = 'cable_proto_cap.pddr_cable_cap_ib_ext.cable_link_speed_cap';

function cableSpeeds({ protocol }: Ptys, operation: FoundFields): readonly string[] | undefined {
  if (protocol === 'InfiniBand') {
    return operation.number(CABLE_INFINIBAND) === 0 ? undefined : operation.text(CABLE_INFINIBAND)?.split(', ');
  }
  const mask = operation.number(CABLE_ETHERNET);
  return mask === undefined ? undefined : protocolRates('ext_eth_proto_bits', mask).map(rateText);
}

function rateText(mbps: number): string {
  return mbps >= 1000 ? `${mbps / 1000}G` : `${mbps}M`;
}

type Judgement = { readonly severity?: Severity; readonly advice?: string };
const BELOW = 'Port and cable could do more: look at what the other end offers, and at the opcode below.';

/** A link is slow when port and cable both have a higher speed enabled. */
function speedJudgement({ fields, protocol }: Ptys, operation: FoundFields, up: boolean): Judgement {
  if (!up) return {};
  if (protocol === 'InfiniBand') {
    const active = fields.number('ib_proto_oper') ?? 0;
    const common = (fields.number('ib_proto_admin') ?? 0) & (operation.number(CABLE_INFINIBAND) ?? 0);
    return active !== 0 && common > active * 2 - 1 ? { severity: 'warning', advice: BELOW } : {};
  }
  const active = (fields.number('data_rate_oper') ?? 0) * 100;
  const common = (fields.number('ext_eth_proto_admin') ?? 0) & (operation.number(CABLE_ETHERNET) ?? 0);
  const most = protocolRates('ext_eth_proto_bits', common)[0] ?? 0;
  return active !== 0 && most > active ? { severity: 'warning', advice: BELOW } : {};
}

/** InfiniBand falls back to fewer lanes when one is bad. Widths are a mask: 1x, 2x, 4x. */
function widthJudgement({ fields, protocol }: Ptys): Judgement {
  const active = fields.number('ib_link_width_oper') ?? 0;
  const enabled = fields.number('ib_link_width_admin') ?? 0;
  if (protocol !== 'InfiniBand' || active === 0 || enabled <= active * 2 - 1) return {};
  // A port of NDR200 reaches its full speed on two lanes, and can do HDR on four.
  const fastest = fields.number('max_port_rate') ?? 0;
  if (fastest > 0 && (fields.number('data_rate_oper') ?? 0) >= fastest) return {};
  return { severity: 'warning', advice: 'A lane is missing: reseat or replace the cable.' };
}

function fecText(
  found: FoundItems,
  index: Readonly<Record<string, number>>,
  operation: FoundFields,
): string | undefined {
  const text = found.find('PPLM', index).text('fec_mode_active') ?? operation.text('fec_mode_active');
  return text === undefined ? undefined : readable(text === 'none' ? 'No_FEC' : text);
}

/** PDDR's opinion on the link, and what to do. */
export function troubleshootingRows(found: FoundItems, port: number): readonly (readonly ReportRow[])[] {
  const page = found.find('PDDR', { local_port: port, page_select: 1 }).below(TROUBLESHOOTING);
  const opcode = page.number('status_opcode.pddr_monitor_opcode_ext.monitor_opcode');
  if (opcode === undefined) return [];
  const advice = linkAdvice(opcode);
  return [
    row('Status opcode', opcode, {
      severity: opcode === 0 ? 'ok' : opcode === 1023 ? undefined : 'warning',
      ...(advice === undefined ? {} : { advice }),
    }),
    row('Reported by', opcode < 1024 ? 'PHY firmware' : 'management firmware'),
    row('Meaning', page.text('status_opcode.pddr_monitor_opcode_ext.monitor_opcode')),
    row('Message of firmware', page.text('status_message')),
  ];
}

/** Why the link went down last, who did it, and how it came up. */
export function historyRows(found: FoundItems, port: number): readonly (readonly ReportRow[])[] {
  const index = { local_port: port };
  const down = found.find('PDDR', { ...index, page_select: 6 }).below(LINK_DOWN);
  const up = found.find('PDDR', { ...index, page_select: 8 }).below(LINK_UP);
  const counters = found.find('PPCNT', { ...index, grp: 0x12 }).below('counter_set.phys_layer_cntrs_ext');
  return [
    row('Link down events', counters.value('link_down_events')),
    row('Of these unintentional', counters.value('unintentional_link_down_events')),
    row('Successful recoveries', counters.value('successful_recovery_events')),
    row('Last reason here', words(down, 'local_reason_opcode')),
    row('Last reason at the other end', words(down, 'remote_reason_opcode')),
    row('Blamed', words(down, 'down_blame')),
    row('Intent', words(down, 'down_intent')),
    row('Time to link up', up.number('time_to_link_up') || undefined, { unit: 'ms' }),
  ];
}
