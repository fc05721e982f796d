import type { Card } from '../card.ts';
import { checksum, put16, putText } from './eepromBytes.ts';
import { type ModuleIdentity, type ModuleMonitors, moduleOf, monitorsOf, technologyByte } from './moduleIdentity.ts';
import type { Port } from './port.ts';
import { fillSff8472 } from './sff8472.ts';

const HALF = 128;

/** Where in a module's memory. */
export interface EepromPlace {
  readonly i2cAddress: number;
  readonly page: number;
  readonly bank: number;
}

/** Memory of the module in a port: 256 bytes, the lower half and the upper half of a page.
 * @returns undefined for a page that the module has not
 * @source positions after SFF-8636, SFF-8472 and CMIS as the reference gives them (12.8) */
export function readEeprom(card: Card, port: Port, { i2cAddress, page, bank }: EepromPlace): Uint8Array | undefined {
  const module = moduleOf(card, port);
  if (module === undefined || bank !== 0) return undefined;
  const bytes = new Uint8Array(2 * HALF);
  const monitors = monitorsOf(card, port);
  return fill[module.memory](bytes, module, monitors, module.memory === 'sff8472' ? i2cAddress : page)
    ? bytes
    : undefined;
}

/** Fills 256 bytes.
 * @param part page, or of an SFP the address
 * @returns whether the module has that part */
export type FillEeprom = (bytes: Uint8Array, module: ModuleIdentity, monitors: ModuleMonitors, part: number) => boolean;

const fill: Readonly<Record<ModuleIdentity['memory'], FillEeprom>> = {
  cmis: fillCmis,
  sff8636: fillSff8636,
  sff8472: fillSff8472,
};

function fillCmis(bytes: Uint8Array, module: ModuleIdentity, monitors: ModuleMonitors, page: number): boolean {
  bytes[0] = module.identifier;
  bytes[1] = 0x50;
  // Flat memory: copper has the lower half and page 0 only.
  bytes[2] = module.optical ? 0 : 0x80;
  bytes[3] = 0x06;
  put16(bytes, 14, Math.round(monitors.temperature * 256));
  put16(bytes, 16, Math.round(monitors.volts * 10_000));
  bytes[39] = module.firmware?.[0] ?? 0;
  bytes[40] = module.firmware?.[1] ?? 0;
  // Multi-mode, single-mode, passive copper.
  bytes[85] = module.optical ? (module.wavelength > 1000 ? 0x02 : 0x01) : 0x03;
  if (page === 0) {
    bytes[HALF] = module.identifier;
    putText(bytes, 129, 16, module.vendorName);
    bytes.set([0x48, 0xb0, 0x2d], 145);
    putText(bytes, 148, 16, module.partNumber);
    putText(bytes, 164, 2, module.revision);
    putText(bytes, 166, 16, module.serialNumber);
    putText(bytes, 182, 8, '240306');
    bytes[200] = module.optical ? 0xa0 : 0;
    bytes[201] = module.optical ? 34 : 2;
    bytes[202] = module.optical ? 0 : module.lengthMetres;
    bytes[212] = technologyByte(module);
    bytes[222] = checksum(bytes, 128, 221);
    return true;
  }
  if (!module.optical) return false;
  if (page === 0x10) return true;
  if (page !== 0x11) return false;
  for (let lane = 0; lane < 4; lane++) {
    put16(bytes, 154 + 2 * lane, monitors.txMicrowatts * 10);
    put16(bytes, 170 + 2 * lane, Math.round(monitors.biasMilliamperes * 500));
    put16(bytes, 186 + 2 * lane, monitors.rxMicrowatts * 10);
  }
  // Data path state of lanes 1 to 4: activated.
  bytes.fill(0x44, 128, 130);
  return true;
}

function fillSff8636(bytes: Uint8Array, module: ModuleIdentity, monitors: ModuleMonitors, page: number): boolean {
  bytes[0] = module.identifier;
  bytes[1] = 0x08;
  // Flat memory, and data ready.
  bytes[2] = module.optical ? 0 : 0x04;
  if (module.optical) {
    put16(bytes, 22, Math.round(monitors.temperature * 256));
    put16(bytes, 26, Math.round(monitors.volts * 10_000));
    for (let lane = 0; lane < 4; lane++) {
      put16(bytes, 34 + 2 * lane, monitors.rxMicrowatts * 10);
      put16(bytes, 42 + 2 * lane, Math.round(monitors.biasMilliamperes * 500));
      put16(bytes, 50 + 2 * lane, monitors.txMicrowatts * 10);
    }
  }
  if (page === 0x03) return module.optical;
  if (page !== 0) return false;
  bytes[HALF] = module.identifier;
  bytes[130] = module.optical ? 0x0c : 0x23;
  bytes[131] = 0x80;
  bytes[140] = 0xff;
  bytes[146] = module.lengthMetres;
  bytes[147] = technologyByte(module);
  putText(bytes, 148, 16, module.vendorName);
  bytes.set([0x48, 0xb0, 0x2d], 165);
  putText(bytes, 168, 16, module.partNumber);
  putText(bytes, 184, 2, module.revision);
  bytes[191] = checksum(bytes, 128, 190);
  bytes[192] = module.optical ? 0x02 : 0x40;
  putText(bytes, 196, 16, module.serialNumber);
  putText(bytes, 212, 8, '240306');
  bytes[223] = checksum(bytes, 192, 222);
  return true;
}
