import { layoutVersion, statusOf } from '../prm/index.ts';
import { decodeItem } from './decodeItem.ts';
import { formatText } from './formatText.ts';

export type { Frame, Item, ItemKind, ItemOutcome } from '../collect/item.ts';
export type { DeviceIdentity } from '../lane/events.ts';
export { layoutVersion } from '../prm/index.ts';
export type { DecodedError, DecodedFields, DecodedItem, DecodedValue } from './decodedItem.ts';
export { decodeItem } from './decodeItem.ts';
export { type HealthFacts, healthFrom, identityFrom, type PortState, portStatesFrom } from './deviceFacts.ts';
export { formatText } from './formatText.ts';

/** Name of a firmware status, e.g. `BAD_PARAM`. */
export function statusName(status: number): string {
  return statusOf(status).name;
}

/** Everything that turns items into names and values, as one object to hand around. */
export const itemDecoder = {
  get layoutVersion(): string {
    return layoutVersion();
  },
  decodeItem,
  formatText,
  statusName,
} as const;
