import { getField } from '../prm/index.ts';
import type { Item } from './item.ts';
import type { RegisterSession } from './registerSession.ts';

/** What one MCIA read carries: the size of the old, 64-byte register. The larger one takes 128, but firmware says so
 * only in a feature bit that few have. */
const CHUNK_BYTES = 48;
const I2C_ADDRESS = 0x50;
/** SFF-8472 keeps its diagnostics behind a second address. */
const I2C_ADDRESS_DIAGNOSTICS = 0x51;
const HALF_BYTES = 128;

/** Memory of a module by its first byte (SFF-8024). Positions are from general knowledge of SFF-8636, SFF-8472 and CMIS. */
const IDENTIFIERS = {
  sfp: [0x03],
  qsfp: [0x0c, 0x0d, 0x11],
  cmis: [0x18, 0x19, 0x1e],
} as const;

interface Half {
  readonly i2cAddress: number;
  readonly page: number;
  /** First byte: 0 for the lower half, 128 for the upper one, whose content depends on the page. */
  readonly start: number;
}

const LOWER: Half = { i2cAddress: I2C_ADDRESS, page: 0, start: 0 };
const UPPER: Half = { i2cAddress: I2C_ADDRESS, page: 0, start: HALF_BYTES };

function halvesAfterLower(identifier: number): readonly Half[] {
  const is = (known: readonly number[]): boolean => known.includes(identifier);
  if (is(IDENTIFIERS.cmis)) return [UPPER, { ...UPPER, page: 0x10 }, { ...UPPER, page: 0x11 }];
  if (is(IDENTIFIERS.sfp)) return [UPPER, { ...LOWER, i2cAddress: I2C_ADDRESS_DIAGNOSTICS }];
  if (is(IDENTIFIERS.qsfp)) return [UPPER, { ...UPPER, page: 0x03 }];
  return [UPPER];
}

/** Reads the memory of a plugged module: the lower half, which says what it is, then the pages that such a module has.
 * No read crosses byte 128. */
export function* walkModuleEeprom(session: RegisterSession, module: number, probe: boolean): Generator<Item, void> {
  const first: Uint8Array | undefined = yield* readHalf(session, module, LOWER, probe);
  if (first === undefined || Number(getField(first, 'mcia_ext', 'status')) !== 0) return;
  const identifier = Number(getField(first, 'mcia_ext', 'dword[0]')) >>> 24;
  // Which of the pages a module really has is in its own bytes: one that is not there is no error.
  for (const half of halvesAfterLower(identifier)) yield* readHalf(session, module, half, true);
}

/** @returns the answer to the first chunk */
function* readHalf(
  session: RegisterSession,
  module: number,
  { i2cAddress, page, start }: Half,
  probe: boolean,
): Generator<Item, Uint8Array | undefined> {
  let first: Uint8Array | undefined;
  for (let at = 0; at < HALF_BYTES; at += CHUNK_BYTES) {
    const index = {
      module,
      i2c_device_address: i2cAddress,
      page_number: page,
      device_address: start + at,
      size: Math.min(CHUNK_BYTES, HALF_BYTES - at),
    };
    const answer: Uint8Array | undefined = yield* session.read('MCIA', index, { probe });
    if (at === 0) first = answer;
    // An empty cage, or a page that is not there: its other parts are not either.
    if (answer === undefined || Number(getField(answer, 'mcia_ext', 'status')) !== 0) return first;
  }
  return first;
}
