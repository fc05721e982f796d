import { dumpedBytes, STATUS } from '../../prm/index.ts';
import type { Frame, Item } from '../item.ts';

/** Index fields of a segment item that are not arguments of the dump but say which bytes of its frames are meant. */
export const PLACE_FIELDS = ['skip', 'bytes'] as const;

/** The whole segments that an item stands for. Its first and last frame may have brought bytes of its neighbours too:
 * `skip` bytes in front are theirs, `bytes` follow. Pure; takes any item. */
export function segmentPayload({ frames, index }: Pick<Item, 'frames' | 'index'>): Uint8Array {
  const parts = frames.filter(carriesData).map(({ inbox, outbox }) => dumpedBytes(inbox, outbox));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const payload = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    payload.set(part, at);
    at += part.length;
  }
  const skip = index['skip'] ?? 0;
  return payload.subarray(skip, skip + (index['bytes'] ?? length));
}

/** Busy and refused attempts bring nothing. */
export function carriesData({ errno, status }: Frame): boolean {
  return errno === 0 && status === STATUS.OK;
}
