import type { Item } from './item.ts';

/** What of an item is neither commands nor what came of them. */
export type ItemIdentity = { readonly [Name in Exclude<keyof Item, 'frames' | 'outcome'>]: Item[Name] };

const encoder = new TextEncoder();

/** An item's identity as UTF-8 JSON, in which it goes from a lane's thread to the main thread. */
export function describeItem({ key, kind, name, index }: ItemIdentity): Uint8Array {
  return encoder.encode(JSON.stringify({ key, kind, name, index } satisfies ItemIdentity));
}

/** The reverse of `describeItem`. */
export function parseDescription(text: string): ItemIdentity {
  return JSON.parse(text) as ItemIdentity;
}
