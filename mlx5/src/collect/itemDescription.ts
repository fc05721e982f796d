import type { Item } from './item.ts';

/** What of an item is neither commands nor what came of them. */
export type ItemIdentity = { readonly [Name in Exclude<keyof Item, 'frames' | 'outcome'>]: Item[Name] };

/** By the index that the read sends: the one object that a planned read keeps for all its items. */
const known = new WeakMap<Item['index'], { readonly key: string; readonly bytes: Uint8Array }>();
const encoder = new TextEncoder();

/** An item's identity as UTF-8 JSON, in which it goes from a lane's thread to the main thread. */
export function describeItem(item: ItemIdentity): Uint8Array {
  const described = known.get(item.index);
  return described !== undefined && described.key === item.key ? described.bytes : encode(item);
}

/** Works a description out for good: `describeItem` finds it for every item with this key and this very index object.
 * For reads that are made again and again. */
export function keepDescription(item: ItemIdentity): void {
  known.set(item.index, { key: item.key, bytes: encode(item) });
}

function encode({ key, kind, name, index }: ItemIdentity): Uint8Array {
  return encoder.encode(JSON.stringify({ key, kind, name, index } satisfies ItemIdentity));
}

/** The reverse of `describeItem`. */
export function parseDescription(text: string): ItemIdentity {
  return JSON.parse(text) as ItemIdentity;
}
