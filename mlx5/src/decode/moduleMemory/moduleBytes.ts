import type { Item } from '../../collect/item.ts';
import { getField, MAILBOX_HEADER_BYTES } from '../../prm/index.ts';

/** What is known of a module's memory: bytes by I2C address, page and offset. */
export interface ModuleBytes {
  /** @returns undefined unless all of them were read; the lower half (below 128) is the same on every page */
  read(page: number, start: number, length: number, i2cAddress?: number): Uint8Array | undefined;
}

const PAGE_BYTES = 256;
/** One MCIA answer holds 32 words. */
const MOST_BYTES = 128;
const DATA = 0x10;
const EEPROM = 0x50;

interface KnownPage {
  readonly bytes: Uint8Array;
  readonly known: Uint8Array;
}

/** Puts the memory of one module together from MCIA items; lengths and offsets that cannot be are passed by. */
export function moduleBytes(items: readonly Item[], module: number): ModuleBytes {
  const pages = new Map<string, KnownPage>();
  for (const item of items) {
    if (item.name === 'MCIA' && item.index['module'] === module) take(pages, item);
  }
  return {
    read(page, start, length, i2cAddress = EEPROM) {
      const found = pages.get(pageKey(i2cAddress, page, start));
      const end = start + length;
      if (found === undefined || end > PAGE_BYTES || found.known.subarray(start, end).includes(0)) return undefined;
      return found.bytes.subarray(start, end);
    },
  };
}

function take(pages: Map<string, KnownPage>, item: Item): void {
  const answer = item.frames.at(-1)?.outbox.subarray(MAILBOX_HEADER_BYTES);
  if (
    item.outcome !== 'ok' ||
    answer === undefined ||
    answer.length < DATA ||
    Number(getField(answer, 'mcia_ext', 'status')) !== 0
  )
    return;
  const { device_address: start = 0, size = 0, page_number: page = 0, i2c_device_address: i2cAddress = 0 } = item.index;
  const length = Math.min(size, MOST_BYTES, answer.length - DATA, PAGE_BYTES - start);
  if (length <= 0) return;
  const key = pageKey(i2cAddress, page, start);
  const into = pages.get(key) ?? { bytes: new Uint8Array(PAGE_BYTES), known: new Uint8Array(PAGE_BYTES) };
  into.bytes.set(answer.subarray(DATA, DATA + length), start);
  into.known.fill(1, start, start + length);
  pages.set(key, into);
}

function pageKey(i2cAddress: number, page: number, offset: number): string {
  return `${i2cAddress} ${offset < PAGE_BYTES / 2 ? 'lower' : page}`;
}
