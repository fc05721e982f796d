import type { Item } from '../collect/item.ts';
import type { DeviceIdentity } from '../lane/events.ts';
import { getField, MAILBOX_HEADER_BYTES, registerByName } from '../prm/index.ts';
import { characters } from './fieldTexts.ts';

/** State of one port as firmware has it. */
export interface PortState {
  readonly number: number;
  readonly state: 'Up' | 'Down' | 'Unknown';
  /** `400G`; absent without a link. */
  readonly speed?: string;
}

/** What firmware says about the device's well-being; absent where it was not read or not told. */
export interface HealthFacts {
  /** Of the ASIC, in °C. */
  readonly temperature?: number;
  /** Highest since it was last reset, in °C. */
  readonly maxTemperature?: number;
  /** Threshold above which firmware warns, in °C. */
  readonly temperatureThreshold?: number;
  /** PCI Express link: lanes in use and enabled. */
  readonly pcieWidth?: number;
  readonly pcieWidthEnabled?: number;
  /** PDDR monitor opcode of a port whose link is down or troubled; 0 for none. */
  readonly portMonitorOpcodes: Readonly<Record<number, number>>;
  /** Modules that are plugged but in error, by PMAOS. */
  readonly modulesInError: readonly number[];
}

/** Who the device is, from MGIR and MSGI among the items; where firmware refuses those, its PSID from QUERY_ADAPTER, which
 * as an object is called ADAPTER. */
export function identityFrom(items: Iterable<Item>): DeviceIdentity {
  const identity: { -readonly [K in keyof DeviceIdentity]: DeviceIdentity[K] } = {};
  for (const { name, answer } of answers(items)) {
    if (name === 'MGIR') {
      identity.firmwareVersion = firmwareVersion(answer);
      const psid = textAt(answer, 0x30, 16);
      if (psid !== undefined) identity.psid = psid;
    } else if (name === 'QUERY_ADAPTER' || name === 'ADAPTER') {
      // The last 16 bytes of the parameter block.
      const psid = textAt(answer, 240, 16);
      if (psid !== undefined) identity.psid ??= psid;
    } else if (name === 'MSGI') {
      const serialNumber = textAt(answer, 0, 24);
      const partNumber = textAt(answer, 0x20, 20);
      if (serialNumber !== undefined) identity.serialNumber = serialNumber;
      if (partNumber !== undefined) identity.partNumber = partNumber;
    }
  }
  return identity;
}

/** `28.42.1000`: the extended numbers where firmware fills them in, as the short ones have 8 bits each. */
function firmwareVersion(answer: Uint8Array): string {
  const field = (name: string): number => Number(getField(answer, 'mgir_ext', `fw_info.${name}`));
  const extended = field('extended_major') !== 0;
  const prefix = extended ? 'extended_' : '';
  return `${field(`${prefix}major`)}.${field(`${prefix}minor`)}.${String(field(`${prefix}sub_minor`)).padStart(4, '0')}`;
}

/** The ports by PAOS and PTYS among the items, in the order of their numbers. */
export function portStatesFrom(items: Iterable<Item>): readonly PortState[] {
  const states = new Map<number, PortState['state']>();
  const speeds = new Map<number, string>();
  for (const { name, index, answer } of answers(items)) {
    const port = index['local_port'];
    if (port === undefined) continue;
    if (name === 'PAOS') {
      const oper = Number(getField(answer, 'paos_reg_ext', 'oper_status'));
      states.set(port, oper === 1 ? 'Up' : oper === 0 ? 'Unknown' : 'Down');
    } else if (name === 'PTYS') {
      // In units of 100 Mb/s.
      const rate = Number(getField(answer, 'ptys_reg_ext', 'data_rate_oper'));
      if (rate !== 0) speeds.set(port, `${rate / 10}G`);
    }
  }
  return [...states]
    .sort(([a], [b]) => a - b)
    .map(([number, state]) => {
      const speed = speeds.get(number);
      return { number, state, ...(speed === undefined ? {} : { speed }) };
    });
}

/** Health as the items show it: temperatures, PCI Express width, link diagnosis, modules. */
export function healthFrom(items: Iterable<Item>): HealthFacts {
  const facts: { -readonly [K in keyof HealthFacts]: HealthFacts[K] } = { portMonitorOpcodes: {}, modulesInError: [] };
  for (const { name, index, answer } of answers(items)) {
    const port = index['local_port'] ?? 0;
    if (name === 'MTMP' && index['sensor_index'] === 0) {
      facts.temperature = eighths(answer, 'temperature');
      facts.maxTemperature = eighths(answer, 'max_temperature');
      facts.temperatureThreshold = eighths(answer, 'temperature_threshold_hi');
    } else if (name === 'MPEIN') {
      facts.pcieWidth = Number(getField(answer, 'mpein_reg_ext', 'link_width_active'));
      facts.pcieWidthEnabled = Number(getField(answer, 'mpein_reg_ext', 'link_width_enabled'));
    } else if (name === 'PDDR' && index['page_select'] === 1) {
      const path = 'page_data.pddr_troubleshooting_page_ext.status_opcode.pddr_monitor_opcode_ext.monitor_opcode';
      const opcode = Number(getField(answer, 'pddr_reg_ext', path));
      facts.portMonitorOpcodes = { ...facts.portMonitorOpcodes, [port]: opcode };
    } else if (name === 'PMAOS' && Number(getField(answer, 'pmaos_reg_ext', 'oper_status')) === 3) {
      facts.modulesInError = [...facts.modulesInError, index['module'] ?? 0];
    }
  }
  return facts;
}

/** MTMP's temperatures are signed eighths of a degree. */
function eighths(answer: Uint8Array, field: string): number {
  return ((Number(getField(answer, 'mtmp_ext', field)) << 16) >> 16) / 8;
}

interface Answer {
  readonly name: string;
  readonly index: Readonly<Record<string, number>>;
  readonly answer: Uint8Array;
}

function* answers(items: Iterable<Item>): Generator<Answer> {
  for (const { name, index, outcome, frames } of items) {
    const outbox = frames.at(-1)?.outbox;
    if (outcome !== 'ok' || outbox === undefined) continue;
    const answer = outbox.subarray(MAILBOX_HEADER_BYTES);
    // One that was cut off says nothing for sure.
    if (answer.length >= (registerByName(name)?.bytes ?? 0)) yield { name, index, answer };
  }
}

function textAt(bytes: Uint8Array, start: number, length: number): string | undefined {
  return characters([...bytes.subarray(start, start + length)], 1);
}
