import type { Card } from '../card.ts';
import { cageOf, type ModuleKind } from './moduleKinds.ts';
import type { Port } from './port.ts';

/** What is in a port's cage. PDDR page 3, PMTM and the EEPROM read by MCIA all come from here. */
export interface ModuleIdentity {
  readonly optical: boolean;
  /** OSFP and QSFP112 with CMIS memory, QSFP with SFF-8636 memory, SFP with SFF-8472 memory. */
  readonly memory: ModuleKind['memory'];
  /** First byte of the memory (SFF-8024). */
  readonly identifier: number;
  readonly pddrIdentifier: number;
  /** Lanes that carry the port, and their nominal signalling rate. */
  readonly lanes: number;
  readonly laneMbps: number;
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

export function moduleOf(card: Card, port: Port): ModuleIdentity | undefined {
  if (!port.cablePlugged) return undefined;
  const kind = cageOf(card.model.cage, port.mode);
  const optical = port.profile.cable === 'optical';
  const serial = Math.floor(card.random(`module ${port.number}`) * 90_000) + 10_000;
  return {
    optical,
    memory: kind.memory,
    identifier: kind.identifier,
    pddrIdentifier: kind.pddrIdentifier,
    lanes: port.mode.lanes,
    laneMbps: port.mode.laneMbps,
    vendorName: 'NVIDIA',
    partNumber: optical ? kind.optical : kind.copper,
    revision: 'A2',
    serialNumber: `MT2410FT${serial}`,
    lengthMetres: optical ? 30 : 2,
    wavelength: optical ? kind.wavelength : 0,
    // An SFP has no firmware of its own.
    ...(optical && kind.memory !== 'sff8472' ? { firmware: [46, 120] as const } : {}),
  };
}

/** Technologies as SFF-8636 and CMIS number them. */
const VCSEL_850 = 0;
const EML_1310 = 6;
const PASSIVE_UNEQUALIZED = 10;
/** SFF-8472 says no more than this of a cable. */
const SFP_PASSIVE_CABLE = 0x04;

/** The byte of the memory that tells a module's technology: CMIS 212, SFF-8636 147 with it in the upper half, SFF-8472 8.
 * PDDR gives it as it is. */
export function technologyByte({ memory, optical, wavelength }: ModuleIdentity): number {
  if (memory === 'sff8472') return optical ? 0 : SFP_PASSIVE_CABLE;
  const technology = optical ? (wavelength > 1000 ? EML_1310 : VCSEL_850) : PASSIVE_UNEQUALIZED;
  return memory === 'cmis' ? technology : technology << 4;
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
    volts: optical ? 3.29 + 0.01 * ripple : 0,
    // No partner, no light.
    rxMicrowatts: optical && port.up ? Math.round(1050 + 20 * ripple) : 0,
    txMicrowatts: optical ? Math.round(1200 + 15 * ripple) : 0,
    biasMilliamperes: optical ? 7.2 + 0.05 * ripple : 0,
  };
}
