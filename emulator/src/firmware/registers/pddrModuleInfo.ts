import type { Values } from '../layout/structWriter.ts';
import { moduleOf, monitorsOf, technologyByte } from '../state/moduleIdentity.ts';
import type { RegisterAccess } from './registerRow.ts';

const CABLE_UNPLUGGED = 4;
const OPTICAL_MODULE = 2;
const PASSIVE_COPPER = 3;
const READY = 3;
const NVIDIA = 3;
const MICROWATT = 1;

/** PDDR page 3. */
export function moduleInfo({ card, port, field }: RegisterAccess): Values {
  const module = moduleOf(card, port);
  if (module === undefined) return { cable_type: CABLE_UNPLUGGED };
  const monitors = monitorsOf(card, port);
  const power = (microwatts: number): number => inUnit(microwatts, field('module_info_ext'));
  return {
    cable_type: module.optical ? OPTICAL_MODULE : PASSIVE_COPPER,
    cable_vendor: NVIDIA,
    cable_identifier: module.pddrIdentifier,
    cable_technology: technologyByte(module),
    cable_length: module.lengthMetres,
    cable_power_class: module.optical ? 6 : 0,
    max_power: module.optical ? 36 : 2,
    vendor_name: module.vendorName,
    vendor_pn: module.partNumber,
    vendor_rev: module.revision,
    vendor_sn: module.serialNumber,
    fw_version: module.firmware === undefined ? 0 : module.firmware[0] * 2 ** 24 + module.firmware[1] * 2 ** 16,
    temperature: Math.round(monitors.temperature * 256) & 0xffff,
    // 100 µV.
    voltage: Math.round(monitors.volts * 10_000),
    wavelength: module.wavelength,
    rx_power_type: 1,
    module_st: READY,
    ...lanes(8, 'rx_power_lane', (lane) => (lane < port.mode.lanes ? power(monitors.rxMicrowatts) : 0)),
    ...lanes(8, 'tx_power_lane', (lane) => (lane < port.mode.lanes ? power(monitors.txMicrowatts) : 0)),
    // 2 µA.
    ...lanes(8, 'tx_bias_lane', (lane) => (lane < port.mode.lanes ? Math.round(monitors.biasMilliamperes * 500) : 0)),
    temperature_high_th: 80 * 256,
    temperature_low_th: (-10 * 256) & 0xffff,
    voltage_high_th: 35_000,
    voltage_low_th: 31_000,
  };
}

/** module_info_ext: 0 asks for whole dBm, 1 for µW. */
function inUnit(microwatts: number, unit: number): number {
  if (unit === MICROWATT || microwatts === 0) return microwatts;
  return Math.round(10 * Math.log10(microwatts / 1000)) & 0xffff;
}

function lanes(count: number, prefix: string, value: (lane: number) => number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, lane) => [`${prefix}${lane}`, value(lane)]));
}
