export type { Frame, Item, ItemKind, ItemOutcome } from '../collect/item.ts';
