/** A run of bytes in the memory of a module. It never crosses byte 128, where the banked upper half begins. */
export interface Span {
  readonly i2cAddress: number;
  readonly page: number;
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
}

const I2C_ADDRESS = 0x50;
/** SFF-8472 keeps its diagnostics behind a second address. */
const I2C_ADDRESS_DIAGNOSTICS = 0x51;

const lower = (start: number, end = 128): Span => ({ i2cAddress: I2C_ADDRESS, page: 0, start, end });
const upper = (page: number, start = 128, end = 256): Span => ({ i2cAddress: I2C_ADDRESS, page, start, end });

/** The first bytes say what the module is; they are the same in every family and reading them changes nothing. */
export const IDENTITY_SPAN: Span = lower(0, 3);

interface Family {
  /** First byte of the memory (SFF-8024). */
  readonly identifiers: readonly number[];
  /** What is read after the identity. */
  readonly spans: readonly Span[];
}

/** What is read of each family. Latched alarm flags are left out: a module clears them when they are read, and the next
 * reader (the kernel's hwmon, the module's own alarm handling) would miss an event. Positions are from general knowledge
 * of SFF-8636, SFF-8472 and CMIS [inferred]. */
const FAMILIES: readonly Family[] = [
  // SFF-8472 has no flags that a read clears.
  { identifiers: [0x03], spans: [lower(3), upper(0), { ...lower(0), i2cAddress: I2C_ADDRESS_DIAGNOSTICS }] },
  // SFF-8636: latched interrupt flags in 3–21.
  { identifiers: [0x0c, 0x0d, 0x11], spans: [lower(22), upper(0), upper(0x03)] },
  // CMIS: latched module flags in 8–13, latched lane flags in page 0x11, 134–153.
  {
    identifiers: [0x18, 0x19, 0x1e],
    spans: [lower(3, 8), lower(14), upper(0), upper(0x10), upper(0x11, 128, 134), upper(0x11, 154)],
  },
];

/** @returns what to read of a module that calls itself so; of an unknown one the page that never has flags */
export function spansOf(identifier: number): readonly Span[] {
  return FAMILIES.find(({ identifiers }) => identifiers.includes(identifier))?.spans ?? [upper(0)];
}
