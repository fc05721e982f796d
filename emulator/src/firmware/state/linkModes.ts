/** What a port can run at. `extEthBit`, `ethBit`, `ibBit` are bits of PTYS; `fecBit` is the bit of PPLM.fec_mode_active and
 * the value of PDDR's fec_mode_active (reference: ptys_protocols, pddr_codes). */
export interface LinkMode {
  readonly name: string;
  readonly protocol: 'ethernet' | 'infiniband';
  readonly mbps: number;
  readonly lanes: number;
  /** Nominal signalling rate of one lane, Mb/s. */
  readonly laneMbps: number;
  readonly extEthBit?: number;
  /** Set where the older, 32-bit word of PTYS has the mode too. */
  readonly ethBit?: number;
  readonly ibBit?: number;
  readonly fecBit: number;
  /** Bits of one FEC code word on the wire; 0 without FEC. */
  readonly fecBlockBits: number;
  /** PPLM field names end in this, e.g. `fec_override_cap_400g_4x`. */
  readonly pplmSuffix?: string;
}

const RS_528 = { fecBit: 2, fecBlockBits: 5280 } as const;
const RS_544 = { fecBit: 7, fecBlockBits: 5440 } as const;
const NO_FEC = { fecBit: 0, fecBlockBits: 0 } as const;

export const linkModes: readonly LinkMode[] = [
  {
    name: '10G-1x',
    protocol: 'ethernet',
    mbps: 10_000,
    lanes: 1,
    laneMbps: 10_312,
    extEthBit: 4,
    ethBit: 12,
    pplmSuffix: '10g_40g',
    ...NO_FEC,
  },
  {
    name: '25G-1x',
    protocol: 'ethernet',
    mbps: 25_000,
    lanes: 1,
    laneMbps: 25_781,
    extEthBit: 6,
    ethBit: 27,
    pplmSuffix: '25g',
    ...RS_528,
  },
  {
    name: '40G-4x',
    protocol: 'ethernet',
    mbps: 40_000,
    lanes: 4,
    laneMbps: 10_312,
    extEthBit: 5,
    ethBit: 6,
    pplmSuffix: '10g_40g',
    ...NO_FEC,
  },
  {
    name: '50G-2x',
    protocol: 'ethernet',
    mbps: 50_000,
    lanes: 2,
    laneMbps: 25_781,
    extEthBit: 7,
    ethBit: 30,
    pplmSuffix: '50g',
    ...RS_528,
  },
  {
    name: '50G-1x',
    protocol: 'ethernet',
    mbps: 50_000,
    lanes: 1,
    laneMbps: 53_125,
    extEthBit: 8,
    pplmSuffix: '50g_1x',
    ...RS_544,
  },
  {
    name: '100G-4x',
    protocol: 'ethernet',
    mbps: 100_000,
    lanes: 4,
    laneMbps: 25_781,
    extEthBit: 9,
    ethBit: 20,
    pplmSuffix: '100g',
    ...RS_528,
  },
  {
    name: '100G-2x',
    protocol: 'ethernet',
    mbps: 100_000,
    lanes: 2,
    laneMbps: 53_125,
    extEthBit: 10,
    pplmSuffix: '100g_2x',
    ...RS_544,
  },
  {
    name: '100G-1x',
    protocol: 'ethernet',
    mbps: 100_000,
    lanes: 1,
    laneMbps: 106_250,
    extEthBit: 11,
    pplmSuffix: '100g_1x',
    ...RS_544,
  },
  {
    name: '200G-4x',
    protocol: 'ethernet',
    mbps: 200_000,
    lanes: 4,
    laneMbps: 53_125,
    extEthBit: 12,
    pplmSuffix: '200g_4x',
    ...RS_544,
  },
  {
    name: '200G-2x',
    protocol: 'ethernet',
    mbps: 200_000,
    lanes: 2,
    laneMbps: 106_250,
    extEthBit: 13,
    pplmSuffix: '200g_2x',
    ...RS_544,
  },
  {
    name: '400G-4x',
    protocol: 'ethernet',
    mbps: 400_000,
    lanes: 4,
    laneMbps: 106_250,
    extEthBit: 16,
    pplmSuffix: '400g_4x',
    ...RS_544,
  },
  {
    name: '200G-1x',
    protocol: 'ethernet',
    mbps: 200_000,
    lanes: 1,
    laneMbps: 212_500,
    extEthBit: 14,
    pplmSuffix: '200g_1x',
    ...RS_544,
  },
  {
    name: '400G-2x',
    protocol: 'ethernet',
    mbps: 400_000,
    lanes: 2,
    laneMbps: 212_500,
    extEthBit: 17,
    pplmSuffix: '400g_2x',
    ...RS_544,
  },
  {
    name: '800G-4x',
    protocol: 'ethernet',
    mbps: 800_000,
    lanes: 4,
    laneMbps: 212_500,
    extEthBit: 20,
    pplmSuffix: '800g_4x',
    ...RS_544,
  },
  { name: 'EDR-4x', protocol: 'infiniband', mbps: 100_000, lanes: 4, laneMbps: 25_781, ibBit: 5, ...RS_528 },
  { name: 'HDR-4x', protocol: 'infiniband', mbps: 200_000, lanes: 4, laneMbps: 53_125, ibBit: 6, ...RS_544 },
  { name: 'NDR-2x', protocol: 'infiniband', mbps: 200_000, lanes: 2, laneMbps: 106_250, ibBit: 7, ...RS_544 },
  { name: 'NDR-4x', protocol: 'infiniband', mbps: 400_000, lanes: 4, laneMbps: 106_250, ibBit: 7, ...RS_544 },
  { name: 'XDR-4x', protocol: 'infiniband', mbps: 800_000, lanes: 4, laneMbps: 212_500, ibBit: 8, ...RS_544 },
];

/** @throws Error naming the modes there are */
export function linkMode(name: string): LinkMode {
  const mode = linkModes.find((candidate) => candidate.name === name);
  if (mode === undefined) {
    throw new Error(`unknown link mode "${name}"; there are ${linkModes.map((known) => known.name).join(', ')}`);
  }
  return mode;
}

/** What a port can do at most. */
export interface PortLimits {
  readonly mbps: number;
  readonly laneMbps: number;
  readonly lanes: number;
}

/** All modes of a protocol within the limits of a port. */
export function modesWithin(protocol: LinkMode['protocol'], limits: PortLimits): readonly LinkMode[] {
  return linkModes.filter(
    (mode) =>
      mode.protocol === protocol &&
      mode.mbps <= limits.mbps &&
      mode.laneMbps <= limits.laneMbps &&
      mode.lanes <= limits.lanes,
  );
}

/** The bits of some modes in a word of PTYS. */
export function modeBits(modes: readonly LinkMode[], key: 'extEthBit' | 'ethBit' | 'ibBit'): number {
  return modes.reduce((bits, mode) => (mode[key] === undefined ? bits : (bits | (1 << mode[key])) >>> 0), 0);
}
