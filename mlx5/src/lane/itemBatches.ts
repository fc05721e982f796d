import type { Item } from '../collect/item.ts';

/** A batch goes out when it has this many items or bytes, or is this old. What lies in an unsent batch is lost when the
 * next command hangs, and what was read just before a hang is what people want to see: so the age is short. */
const MOST_ITEMS = 64;
const MOST_BYTES = 256 * 1024;
const OLDEST_MS = 5;

/** Gathers items: crossing to the main thread costs 18–62 µs, once a batch. */
export interface ItemBatches {
  add(item: Item): void;
  flush(): void;
}

export function createItemBatches(send: (items: readonly Item[]) => void): ItemBatches {
  let items: Item[] = [];
  let bytes = 0;
  let since = 0;

  function flush(): void {
    if (items.length === 0) return;
    const batch = items;
    items = [];
    bytes = 0;
    send(batch);
  }

  function add(item: Item): void {
    const nowMs = performance.now();
    if (items.length === 0) since = nowMs;
    items.push(item);
    for (const { inbox, outbox } of item.frames) bytes += inbox.length + outbox.length;
    if (items.length >= MOST_ITEMS || bytes >= MOST_BYTES || nowMs - since >= OLDEST_MS) flush();
  }

  return { add, flush };
}
