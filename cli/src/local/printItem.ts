import type { Item } from '@nicdiag/mlx5';
import { dump } from 'js-yaml';
import { decodeOr, itemText } from '../decode/itemText.ts';
import type { Io } from '../io.ts';
import { hexDump } from '../output/hexDump.ts';
import type { ItemFormat } from './itemFormat.ts';

/** Bytes of a mailbox before its data: what firmware says of a register, page or object begins there. */
const MAILBOX_HEADER_BYTES = 16;

const PRINTERS: Readonly<Record<ItemFormat, (item: Item, io: Io) => void>> = {
  text: (item, io) => io.out(itemText(item)),
  json: (item, io) => io.out(`${JSON.stringify(decodeOr(item))}\n`),
  yaml: (item, io) => io.out(`---\n${dump(decodeOr(item))}`),
  hex: (item, io) => io.out(`${item.key}\n${dataOf(item).map(hexDump).join('')}\n`),
  raw: (item, io) => {
    for (const bytes of dataOf(item)) io.outBytes(bytes);
  },
};

export function printItem(item: Item, format: ItemFormat, io: Io): void {
  PRINTERS[format](item, io);
}

/** What came back, without mailbox headers; what the host's kernel tells has none. */
function dataOf({ kind, frames }: Item): Uint8Array[] {
  const start = kind === 'host' ? 0 : MAILBOX_HEADER_BYTES;
  return frames.map(({ outbox }) => outbox.subarray(Math.min(start, outbox.length)));
}
