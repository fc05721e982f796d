import { bitNames, pddrCodes, protocolBits } from './codeTables.ts';
import { CONTEXT_CODES } from './contextCodes.ts';

/** Numbers of the same node by field name. */
export type Siblings = (field: string) => number;
/** Puts a value in words; nothing where there is nothing to say. */
export type FieldText = (value: number, sibling: Siblings) => string | undefined;

/** Meanings that the register database does not name, by layout and field. */
const TEXTS: Readonly<Record<string, FieldText>> = {
  'mtmp_ext.temperature': (value) => degrees(value, 8),
  'mtmp_ext.max_temperature': (value) => degrees(value, 8),
  'mtmp_ext.temperature_threshold_hi': (value) => degrees(value, 8),
  'mtmp_ext.temperature_threshold_lo': (value) => degrees(value, 8),
  'mtmp_ext.sensor_name_hi': (value, sibling) => characters([value, sibling('sensor_name_lo')]),

  'pddr_monitor_opcode_ext.monitor_opcode': code('monitor_opcode'),
  'pddr_operation_info_page_ext.eth_an_fsm_state': code('eth_an_fsm_state'),
  'pddr_operation_info_page_ext.link_health': code('link_health'),
  'pddr_operation_info_page_ext.fec_mode_request': (value) => bitNames(value, pddrCodes('fec_mode_active')),
  'pddr_link_active_eth_ext.link_eth_active': bits('ext_eth_proto_bits'),
  'pddr_link_active_ib_ext.link_width_active': bits('ib_link_width_bits'),
  'pddr_link_down_info_page_ext.local_reason_opcode': code('link_down_reason'),
  'pddr_link_down_info_page_ext.remote_reason_opcode': code('link_down_reason'),
  'pddr_link_down_info_page_ext.ts1_opcode': code('ts1_opcode'),
  'pddr_link_up_info_page_ext.time_to_link_up': unit('ms'),
  'pddr_module_info_ext.temperature': (value) => degrees(value, 256),
  'pddr_module_info_ext.temperature_high_th': (value) => degrees(value, 256),
  'pddr_module_info_ext.temperature_low_th': (value) => degrees(value, 256),
  'pddr_module_info_ext.voltage': scaled(10_000, 'V'),
  'pddr_module_info_ext.voltage_high_th': scaled(10_000, 'V'),
  'pddr_module_info_ext.voltage_low_th': scaled(10_000, 'V'),
  'pddr_module_info_ext.cable_length': unit('m'),

  'pplm_reg_ext.fec_mode_active': (value) => bitNames(value, pddrCodes('fec_mode_active')),

  'ptys_reg_ext.data_rate_oper': (value) => (value === 0 ? undefined : `${value / 10} Gb/s`),
  'ptys_reg_ext.max_port_rate': (value) => (value === 0 ? undefined : `${value / 10} Gb/s`),
  'ptys_reg_ext.lane_rate_oper': (value) => (value === 0 ? undefined : `${value / 100} Gb/s`),
  'ptys_reg_ext.eth_proto_capability': bits('eth_proto_bits'),
  'ptys_reg_ext.eth_proto_admin': bits('eth_proto_bits'),
  'ptys_reg_ext.eth_proto_oper': bits('eth_proto_bits'),
  'ptys_reg_ext.ext_eth_proto_capability': bits('ext_eth_proto_bits'),
  'ptys_reg_ext.ext_eth_proto_admin': bits('ext_eth_proto_bits'),
  'ptys_reg_ext.ext_eth_proto_oper': bits('ext_eth_proto_bits'),
  'ptys_reg_ext.ib_proto_capability': bits('ib_proto_bits'),
  'ptys_reg_ext.ib_proto_admin': bits('ib_proto_bits'),
  'ptys_reg_ext.ib_proto_oper': bits('ib_proto_bits'),
  'ptys_reg_ext.ib_link_width_capability': bits('ib_link_width_bits'),
  'ptys_reg_ext.ib_link_width_admin': bits('ib_link_width_bits'),
  'ptys_reg_ext.ib_link_width_oper': bits('ib_link_width_bits'),

  'mpein_reg_ext.link_speed_enabled': pcieSpeeds,
  'mpein_reg_ext.link_speed_active': pcieSpeeds,
  'mpein_reg_ext.link_peer_max_speed': pcieSpeeds,
  'mpein_reg_ext.link_width_active': (value) => `x${value}`,
  'mpein_reg_ext.max_payload_size': (value) => `${128 << value} B`,
  'mpein_reg_ext.max_read_request_size': (value) => `${128 << value} B`,
  'mpein_reg_ext.pci_power': unit('W'),
  'mpein_reg_ext.pwr_status': (value) => ['unreadable', 'sufficient', 'insufficient'][value],
  'mpein_reg_ext.device_status': (value) => bitNames(value, PCIE_DEVICE_STATUS),

  'mgir_hardware_info_ext.uptime': unit('s'),
  'mgir_hardware_info_ext.device_id': hex(4),
  'mgir_hardware_info_ext.hw_dev_id': hex(4),
  'mgir_fw_info_ext.year': hex(0),
  'mgir_fw_info_ext.month': hex(0),
  'mgir_fw_info_ext.day': hex(0),
  'default_timeout_ext.to_value': (value, sibling) =>
    `${value} ${['ms', 's', 'min', 'h'][sibling('to_multiplier')] ?? ''}`.trim(),
  'mcia_ext.status': (value) => MCIA_STATUS[value],
  'phys_layer_stat_cntrs_ext.time_since_last_clear': unit('ms'),
  'phys_layer_cntrs_ext.time_since_last_clear': unit('ms'),
  'phys_layer_stat_cntrs_ext.time_since_last_link_up': scaled(1000 / 128, 's'),
  'phys_layer_stat_cntrs_ext.port_up_time': scaled(1000 / 128, 's'),
};

/** Fields that hold characters, in 8-bit elements or 32-bit words. */
const CHARACTERS = new Set([
  'segment_name',
  'index1_name',
  'index2_name',
  'psid',
  'serial_number',
  'part_number',
  'revision',
  'product_name',
  'node_description',
  'vendor_name',
  'vendor_pn',
  'vendor_rev',
  'vendor_sn',
  'status_message',
  'version_string',
  'info_string',
  'vsd_contd_psid',
]);

const PCIE_DEVICE_STATUS = {
  0: 'correctable error',
  1: 'non-fatal error',
  2: 'fatal error',
  3: 'unsupported request',
  4: 'AUX power',
  5: 'transactions pending',
};

const MCIA_STATUS: Readonly<Record<number, string>> = {
  0: 'ok',
  1: 'no EEPROM',
  2: 'not supported',
  3: 'module not connected',
  4: 'type invalid',
  9: 'I2C error',
  16: 'module disabled',
};

/** The text for a number, beyond the enum names of the database. */
export function fieldTextOf(layout: string, field: string): FieldText | undefined {
  const own = TEXTS[`${layout}.${field}`];
  if (own !== undefined) return own;
  const codes = CONTEXT_CODES[`${layout}.${field}`];
  if (codes !== undefined) return (value) => codes[value];
  const lane = /_lane\d$/.test(field) || /_(high|low)_th$/.test(field);
  if (layout === 'pddr_module_info_ext' && lane) return moduleLaneText(field);
  const ber = /^(.*ber)_coef(_lane\d)?$/.exec(field);
  // Printed as it is: an error-free link shows 15E-255.
  if (ber !== null) return (value, sibling) => `${value}E-${sibling(`${ber[1]}_magnitude${ber[2] ?? ''}`)}`;
  return undefined;
}

export function isCharacters(field: string): boolean {
  return CHARACTERS.has(field);
}

/** ASCII up to the first NUL, from big-endian words; undefined for what is no text. */
export function characters(words: readonly number[], bytesEach = 4): string | undefined {
  const codes = words.flatMap((word) =>
    Array.from({ length: bytesEach }, (_, at) => (word >>> ((bytesEach - 1 - at) * 8)) & 0xff),
  );
  const end = codes.indexOf(0);
  const used = end < 0 ? codes : codes.slice(0, end);
  const printable = used.every((byte) => byte >= 0x20 && byte < 0x7f);
  return used.length > 0 && printable ? String.fromCharCode(...used).trim() : undefined;
}

function moduleLaneText(field: string): FieldText | undefined {
  if (field.startsWith('tx_bias')) {
    return (value, sibling) => `${round((value * 2 * 2 ** sibling('tx_bias_scaling_factor')) / 1000)} mA`;
  }
  // Asked for in µW (module_info_ext 1).
  if (field.startsWith('rx_power') || field.startsWith('tx_power')) return decibels;
  return undefined;
}

/** The Standard set asks for µW, and 0 µW is shown as −40 dBm. */
function decibels(microwatts: number): string {
  return `${microwatts} µW (${microwatts === 0 ? -40 : round(10 * Math.log10(microwatts / 1000))} dBm)`;
}

/** Signed 16-bit fractions of a degree. */
function degrees(value: number, fraction: number): string {
  return `${round(((value << 16) >> 16) / fraction)} °C`;
}

const PCIE_SPEEDS = { 0: '2.5 GT/s', 1: '5 GT/s', 2: '8 GT/s', 4: '16 GT/s', 5: '32 GT/s', 6: '64 GT/s' };

function pcieSpeeds(value: number): string {
  return bitNames(value, PCIE_SPEEDS);
}

function unit(name: string): FieldText {
  return (value) => `${value} ${name}`;
}

function scaled(divisor: number, name: string): FieldText {
  return (value) => `${round(value / divisor)} ${name}`;
}

function hex(digits: number): FieldText {
  return (value) => (digits === 0 ? value.toString(16) : `0x${value.toString(16).padStart(digits, '0')}`);
}

function code(table: string): FieldText {
  return (value) => pddrCodes(table)[value];
}

function bits(table: Parameters<typeof protocolBits>[0]): FieldText {
  return (value) => (value === 0 ? undefined : bitNames(value, protocolBits(table)));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
