import type { Card } from '../card.ts';
import type { Port } from './port.ts';

/** What is in a port's cage. PDDR page 3, PMTM and the EEPROM read by MCIA all come from here. */
export interface ModuleIdentity {
  readonly optical: boolean;
  /** OSFP with CMIS memory, or QSFP with SFF-8636 memory. */
  readonly memory: 'cmis' | 'sff8636';
  /** First byte of the memory (SFF-8024). */
  readonly identifier: number;
  readonly vendorName: string;
  readonly partNumber: string;
  readonly revision: string;
  readonly serialNumber: string;
  readonly lengthMetres: number;
  /** nm; 0 for copper. */
  readonly wavelength: number;
  /** Firmware, `major.minor`; absent in copper. */
  readonly firmware?: readonly [major: number, minor: number];
}

const OSFP = 0x19;
const QSFP28 = 0x11;
/** From this rate on, cages are OSFP. */
const OSFP_MBPS = 400_000;

export function moduleOf(card: Card, port: Port): ModuleIdentity | undefined {
  if (!port.cablePlugged) return undefined;
  const osfp = port.mode.mbps >= OSFP_MBPS;
  const optical = port.profile.cable === 'optical';
  const serial = Math.floor(card.random(`module ${port.number}`) * 90_000) + 10_000;
  return {
    optical,
    memory: osfp ? 'cmis' : 'sff8636',
    identifier: osfp ? OSFP : QSFP28,
    vendorName: 'NVIDIA',
    partNumber: osfp ? (optical ? 'MMA4Z00-NS400' : 'MCP4Y10-N002') : optical ? 'MMA1T00-VS' : 'MCP1650-V002E26',
    revision: 'A2',
    serialNumber: `MT2410FT${serial}`,
    lengthMetres: optical ? 30 : 2,
    wavelength: optical ? 850 : 0,
    ...(optical ? { firmware: [46, 120] as const } : {}),
  };
}

/** Monitored values of a module now. */
export interface ModuleMonitors {
  /** °C. */
  readonly temperature: number;
  readonly volts: number;
  /** Per lane; 0 for copper. */
  readonly rxMicrowatts: number;
  readonly txMicrowatts: number;
  readonly biasMilliamperes: number;
}

export function monitorsOf(card: Card, port: Port): ModuleMonitors {
  const sensor = card.sensors.find(({ index }) => index === 63 + port.number);
  const optical = port.profile.cable === 'optical';
  const ripple = Math.sin(card.uptimeSeconds() / 23);
  return {
    temperature: sensor?.temperature() ?? 0,
    volts: port.cablePlugged ? 3.29 + 0.01 * ripple : 0,
    // No partner, no light.
    rxMicrowatts: optical && port.up ? Math.round(1050 + 20 * ripple) : 0,
    txMicrowatts: optical ? Math.round(1200 + 15 * ripple) : 0,
    biasMilliamperes: optical ? 7.2 + 0.05 * ripple : 0,
  };
}
