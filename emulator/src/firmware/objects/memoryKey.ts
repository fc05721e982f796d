import { setBits, setLong } from '../layout/bits.ts';
import type { Values } from '../layout/structWriter.ts';
import { drawInteger } from './draw.ts';
import { FIRST, MKEYS_PER_PROGRAM, type Program } from './inventory.ts';
import { kind, type Objects } from './objects.ts';

const draws = { variant: 100, size: 101, address: 102 } as const;
/** mkc.access_mode_1_0. */
const accessMode = { PHYSICAL: 0, TRANSLATED: 1 } as const;
const ANY_QP = 0xffffff;

/** Keys that QUERY_SPECIAL_CONTEXTS names, and the variant byte that is their low one. */
export const specialKeys = {
  dump_fill_mkey: { index: 1, variant: 1 },
  resd_lkey: { index: 2, variant: 0 },
  null_mkey: { index: 3, variant: 0 },
} as const;

export interface MemoryKey {
  readonly index: number;
  readonly variant: number;
  /** Who has made it; undefined for the driver and firmware. */
  readonly program: Program | undefined;
  readonly pd: number;
  /** Undefined for a key to all of memory by physical address. */
  readonly region?: { readonly address: number; readonly length: number; readonly logPage: number };
  readonly remote: boolean;
  readonly free: boolean;
}

/** One memory key.
 * @param index one that is there */
export function memoryKey(objects: Objects, index: number): MemoryKey {
  const { draw, inventory } = objects;
  const special = Object.values(specialKeys).find((key) => key.index === index);
  const variant = special?.variant ?? drawInteger(draw, index, draws.variant, 1, 256);
  if (index < FIRST.PROGRAM_MKEY) return { index, variant, program: undefined, pd: 1, remote: false, free: false };
  const at = index - FIRST.PROGRAM_MKEY;
  const program = inventory.program(Math.floor(at / MKEYS_PER_PROGRAM));
  // Rings, buffers of some MiB, memory of a GPU in large pages, and one for fast registration, at times not in use.
  const role = at % MKEYS_PER_PROGRAM;
  const logPage = role === 2 ? 21 : 12;
  const pages = role === 0 ? 64 : drawInteger(draw, index, draws.size, 256, 2048);
  return {
    index,
    variant,
    program,
    pd: program.pd,
    region: {
      address: 0x7f00_0000_0000 + drawInteger(draw, index, draws.address, 0, 2 ** 18) * 2 ** 21,
      length: pages * 2 ** logPage,
      logPage,
    },
    remote: role !== 0,
    free: role === 3 && program.index % 4 === 0,
  };
}

/** mkey as programs write it into work requests. */
export function keyOf(objects: Objects, index: number): number {
  return index * 256 + memoryKey(objects, index).variant;
}

/** mkc by field. */
export function mkcValues(objects: Objects, index: number): Values {
  const { variant, pd, region, remote, free } = memoryKey(objects, index);
  const rights = { lr: 1, lw: 1, rr: remote ? 1 : 0, rw: remote ? 1 : 0, a: remote ? 1 : 0 };
  const common = { ...rights, free: free ? 1 : 0, qpn: ANY_QP, mkey_7_0: variant, pd };
  if (region === undefined) return { ...common, access_mode_1_0: accessMode.PHYSICAL, length64: 1 };
  return {
    ...common,
    access_mode_1_0: accessMode.TRANSLATED,
    umr_en: 1,
    start_addr: region.address,
    len: region.length,
    translations_octword_size: Math.ceil(region.length / 2 ** region.logPage / 2),
    log_page_size: region.logPage,
  };
}

/** The first four translations, behind the context in an outbox of QUERY_MKEY: page addresses with read and write
 * enabled. */
export function writeTranslations(objects: Objects, index: number, outbox: Uint8Array): void {
  const { region } = memoryKey(objects, index);
  if (region === undefined) return;
  for (let at = 0; at < 4; at++) {
    const bit = (0x110 + 8 * at) * 8;
    setLong(outbox, bit, objects.bufferAddress(kind.MKEY, index) + at * 2 ** region.logPage);
    setBits(outbox, bit + 62, 2, 3);
  }
}
