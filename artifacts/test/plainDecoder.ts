import type { Item } from '@nicdiag/mlx5/decode';
import type { ItemDecoder } from '../src/spool/itemDecoder.ts';

interface PlainItem {
  readonly key: string;
  readonly hex: string;
}

/** Stands in for the layouts: the outbox as hex. `UNKN` is a register it has no layout for. */
export const plainDecoder: ItemDecoder<PlainItem> = {
  layoutVersion: 'test-1',
  decodeItem(item: Item) {
    if (item.name === 'UNKN') throw new Error('no layout for UNKN');
    return { key: item.key, hex: item.frames.map((frame) => Buffer.from(frame.outbox).toString('hex')).join(' ') };
  },
  formatText: (decoded) => `hex ${decoded.hex}`,
  statusName: (status) => (status === 0 ? 'OK' : status === 3 ? 'BAD_PARAM' : String(status)),
};
