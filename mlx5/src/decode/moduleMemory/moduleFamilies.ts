/** Where something stands in a module's memory. */
export interface Place {
  /** Of the upper half, default 0. */
  readonly page?: number;
  readonly start: number;
  readonly length: number;
  /** Default 0x50. */
  readonly i2cAddress?: number;
}

/** Modules whose memory is laid out alike. Positions are from general knowledge of SFF-8636, SFF-8472 and CMIS
 * [inferred]; temperature, voltage and bias of SFF-8636 agree with mstflint. */
export interface ModuleFamily {
  readonly identifiers: readonly number[];
  /** Name and version of the memory map, by byte 1. */
  memoryMap(version: number): string;
  readonly texts: {
    readonly vendorName: Place;
    readonly partNumber: Place;
    readonly revision: Place;
    readonly serialNumber: Place;
    readonly dateCode: Place;
  };
  readonly firmware?: Place;
  readonly temperature: Place;
  readonly voltage: Place;
  readonly rxPower: Place;
  readonly txPower: Place;
  readonly txBias: Place;
}

/** SFF-8024, of what is plugged into these adapters. */
export const IDENTIFIERS: Readonly<Record<number, string>> = {
  3: 'SFP',
  12: 'QSFP',
  13: 'QSFP+',
  17: 'QSFP28',
  24: 'QSFP-DD',
  25: 'OSFP',
  30: 'QSFP+ with CMIS',
};

/** Byte 1 of SFF-8636. */
const SFF8636_REVISIONS: Readonly<Record<number, string>> = {
  3: '1.3',
  4: '1.4',
  5: '1.5',
  6: '2.0',
  7: '2.5 to 2.7',
  8: '2.8 to 2.10',
};

const DIAGNOSTICS = 0x51;

const FAMILIES: readonly ModuleFamily[] = [
  {
    identifiers: [0x03],
    memoryMap: () => 'SFF-8472',
    // One address with texts, a second one with diagnostics.
    texts: {
      vendorName: { start: 20, length: 16 },
      partNumber: { start: 40, length: 16 },
      revision: { start: 56, length: 4 },
      serialNumber: { start: 68, length: 16 },
      dateCode: { start: 84, length: 8 },
    },
    temperature: { start: 96, length: 2, i2cAddress: DIAGNOSTICS },
    voltage: { start: 98, length: 2, i2cAddress: DIAGNOSTICS },
    txBias: { start: 100, length: 2, i2cAddress: DIAGNOSTICS },
    txPower: { start: 102, length: 2, i2cAddress: DIAGNOSTICS },
    rxPower: { start: 104, length: 2, i2cAddress: DIAGNOSTICS },
  },
  {
    identifiers: [0x0c, 0x0d, 0x11],
    memoryMap: (version) => `SFF-8636 ${SFF8636_REVISIONS[version] ?? `revision ${version}`}`,
    texts: {
      vendorName: { start: 148, length: 16 },
      partNumber: { start: 168, length: 16 },
      revision: { start: 184, length: 2 },
      serialNumber: { start: 196, length: 16 },
      dateCode: { start: 212, length: 8 },
    },
    temperature: { start: 22, length: 2 },
    voltage: { start: 26, length: 2 },
    rxPower: { start: 34, length: 8 },
    txBias: { start: 42, length: 8 },
    txPower: { start: 50, length: 8 },
  },
  {
    identifiers: [0x18, 0x19, 0x1e],
    memoryMap: (version) => `CMIS ${version >>> 4}.${version & 0xf}`,
    texts: {
      vendorName: { start: 129, length: 16 },
      partNumber: { start: 148, length: 16 },
      revision: { start: 164, length: 2 },
      serialNumber: { start: 166, length: 16 },
      dateCode: { start: 182, length: 8 },
    },
    firmware: { start: 39, length: 2 },
    temperature: { start: 14, length: 2 },
    voltage: { start: 16, length: 2 },
    txPower: { page: 0x11, start: 154, length: 16 },
    txBias: { page: 0x11, start: 170, length: 16 },
    rxPower: { page: 0x11, start: 186, length: 16 },
  },
];

export function familyOf(identifier: number): ModuleFamily | undefined {
  return FAMILIES.find(({ identifiers }) => identifiers.includes(identifier));
}
