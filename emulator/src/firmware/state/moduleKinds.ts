import type { LinkMode } from './linkModes.ts';

/** What fits into a cage. Codes of SFF-8024, PMTM.module_type and PDDR.cable_identifier; part numbers as they are sold
 * for such a cage. */
export interface ModuleKind {
  /** How the memory is laid out: SFF-8472, SFF-8636 or CMIS. */
  readonly memory: 'sff8472' | 'sff8636' | 'cmis';
  /** First byte of the memory. */
  readonly identifier: number;
  readonly pddrIdentifier: number;
  readonly moduleType: number;
  /** Lanes of the cage, and of them those that a port of an adapter uses. */
  readonly cageLanes: number;
  readonly portLanes: number;
  readonly optical: string;
  readonly copper: string;
  /** nm, of the optical one. Above 1000 it is for single-mode fibre. */
  readonly wavelength: number;
}

const SFP = {
  memory: 'sff8472',
  identifier: 0x03,
  pddrIdentifier: 2,
  moduleType: 2,
  cageLanes: 1,
  portLanes: 1,
  wavelength: 850,
} as const;
const QSFP = {
  memory: 'sff8636',
  identifier: 0x11,
  pddrIdentifier: 0,
  moduleType: 1,
  cageLanes: 4,
  portLanes: 4,
  wavelength: 850,
} as const;
const OSFP = {
  memory: 'cmis',
  identifier: 0x19,
  pddrIdentifier: 8,
  moduleType: 15,
  cageLanes: 8,
  portLanes: 4,
  wavelength: 850,
} as const;

export const moduleKinds = {
  SFP28: { ...SFP, optical: 'MMA2P00-AS', copper: 'MCP2M00-A002E30N' },
  QSFP28: { ...QSFP, optical: 'MMA1B00-C100D', copper: 'MCP1600-C002E30N' },
  QSFP56: { ...QSFP, optical: 'MMA1T00-VS', copper: 'MCP1650-V002E26' },
  QSFP112: {
    ...QSFP,
    memory: 'cmis',
    identifier: 0x1e,
    pddrIdentifier: 7,
    optical: 'MMA1Z00-NS400',
    copper: 'MCP1660-W002E30',
  },
  OSFP: { ...OSFP, optical: 'MMA4Z00-NS400', copper: 'MCP4Y10-N002' },
  OSFP224: { ...OSFP, wavelength: 1311, optical: 'MMS4A20-XM800', copper: 'MCA4J80-X002' },
} as const satisfies Readonly<Record<string, ModuleKind>>;

export type ModuleKindName = keyof typeof moduleKinds;

/** From this rate on, cages are OSFP where the model does not say. */
const OSFP_MBPS = 400_000;
/** Modules for such lanes are QSFP56, also in a QSFP112 cage. */
const QSFP56_LANE_MBPS = 53_125;

/** What is in a cage for the mode that its port runs. */
export function cageOf(
  cage: ModuleKindName | undefined,
  { mbps, laneMbps }: Pick<LinkMode, 'mbps' | 'laneMbps'>,
): ModuleKind {
  if (cage === 'QSFP112' && laneMbps <= QSFP56_LANE_MBPS) return moduleKinds.QSFP56;
  return moduleKinds[cage ?? (mbps >= OSFP_MBPS ? 'OSFP' : 'QSFP56')];
}
