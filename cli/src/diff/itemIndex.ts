import { createHash } from 'node:crypto';
import type { DecodedItem, Item } from '@nicdiag/mlx5/decode';
import { decodeOr } from '../decode/itemText.ts';
import { rawSources } from '../decode/rawSources.ts';

/** An item as far as a comparison needs it. */
export interface IndexedItem {
  readonly key: string;
  readonly name: string;
  /** Of everything that came back. */
  readonly digest: string;
  /** Absent for what is too long to be compared by its fields, or has no layout. */
  readonly decoded?: DecodedItem;
  /** CLOCK_MONOTONIC when it was read, ns. */
  readonly startedNs: bigint;
}

/** Items by device: `<node> <PCI address>`, or nothing for a raw file alone; within it by key. */
export type ItemIndex = ReadonlyMap<string, ReadonlyMap<string, IndexedItem>>;

/** Longer items, windows of dumps, are compared as a whole. */
const LONGEST_DECODED = 64 * 1024;

/** All items of a bundle, folder or raw file. Collectors do not matter: the same register is the same. Of what several of
 * them have read the earliest counts, whatever the order of the files. */
export async function indexItems(path: string, { signal }: { readonly signal: AbortSignal }): Promise<ItemIndex> {
  const index = new Map<string, Map<string, IndexedItem>>();
  for await (const source of rawSources(path)) {
    const device = deviceOf(source.path);
    const items = index.get(device) ?? new Map<string, IndexedItem>();
    index.set(device, items);
    for await (const { item } of source.items) {
      signal.throwIfAborted();
      const known = items.get(item.key);
      if (known === undefined || startOf(item) < known.startedNs) items.set(item.key, indexed(item));
    }
  }
  return index;
}

function indexed(item: Item): IndexedItem {
  const hash = createHash('sha256').update(item.outcome);
  let length = 0;
  for (const { outbox } of item.frames) {
    hash.update(outbox);
    length += outbox.length;
  }
  const decoded = length > LONGEST_DECODED ? undefined : decodeOr(item);
  return {
    key: item.key,
    name: item.name,
    digest: hash.digest('hex'),
    startedNs: startOf(item),
    ...(decoded !== undefined && 'fields' in decoded ? { decoded } : {}),
  };
}

function startOf({ frames }: Item): bigint {
  return frames[0]?.startedNs ?? 0n;
}

/** `<capture>/<node>/<pci>/<collector>/raw.bin` in a bundle or a folder that one was extracted to. */
function deviceOf(path: string): string {
  const [pci, node] = path.split('/').slice(0, -2).reverse();
  return pci !== undefined && /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(pci)
    ? `${node ?? ''} ${pci}`.trim()
    : '';
}
