import { checksum, put16, putText } from './eepromBytes.ts';
import type { FillEeprom } from './moduleEeprom.ts';
import { technologyByte } from './moduleIdentity.ts';

const IDENTITY = 0x50;
const DIAGNOSTICS = 0x51;
/** SFF-8024: connectors LC and "no separable connector"; compliance 25GBASE-SR and CR with clause 91 FEC. */
const LC = 0x07;
const NO_SEPARABLE_CONNECTOR = 0x23;
const BASE_SR = 0x02;
const BASE_CR = 0x0b;
/** In units of 100 and of 250 Mb/s; from 25.4 Gb/s on the first is 0xff and the second counts. */
const NOMINAL_UNIT = 100;
const HIGH_UNIT = 250;

/** An SFP has two memories: what it is, and, if it is no passive copper, what it measures.
 * @source positions after SFF-8472 */
export const fillSff8472: FillEeprom = (bytes, module, monitors, i2cAddress) => {
  if (i2cAddress === DIAGNOSTICS && module.optical) {
    put16(bytes, 96, Math.round(monitors.temperature * 256));
    put16(bytes, 98, Math.round(monitors.volts * 10_000));
    put16(bytes, 100, Math.round(monitors.biasMilliamperes * 500));
    put16(bytes, 102, monitors.txMicrowatts * 10);
    put16(bytes, 104, monitors.rxMicrowatts * 10);
    return true;
  }
  if (i2cAddress !== IDENTITY) return false;
  bytes[0] = module.identifier;
  // Two-wire interface only.
  bytes[1] = 0x04;
  bytes[2] = module.optical ? LC : NO_SEPARABLE_CONNECTOR;
  bytes[8] = technologyByte(module);
  bytes[12] = Math.min(0xff, Math.round(module.laneMbps / NOMINAL_UNIT));
  // OM4 in units of 10 m; copper in metres.
  bytes[18] = module.optical ? module.lengthMetres / 10 : module.lengthMetres;
  putText(bytes, 20, 16, module.vendorName);
  bytes[36] = module.optical ? BASE_SR : BASE_CR;
  bytes.set([0x48, 0xb0, 0x2d], 37);
  putText(bytes, 40, 16, module.partNumber);
  putText(bytes, 56, 4, module.revision);
  put16(bytes, 60, module.wavelength);
  bytes[63] = checksum(bytes, 0, 62);
  bytes[66] = Math.round(module.laneMbps / HIGH_UNIT);
  putText(bytes, 68, 16, module.serialNumber);
  putText(bytes, 84, 8, '240306');
  // Diagnostics there, internally calibrated, received power as an average; SFF-8472 revision 12.
  bytes[92] = module.optical ? 0x68 : 0;
  bytes[94] = module.optical ? 0x08 : 0;
  bytes[95] = checksum(bytes, 64, 94);
  return true;
};
