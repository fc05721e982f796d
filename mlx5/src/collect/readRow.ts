import type { Item } from './item.ts';
import { readRows } from './readRows.ts';
import type { RegisterRow } from './registerRow.ts';
import type { RegisterSession } from './registerSession.ts';

/** `readRows` for one row. Of a list it remembers how a device is read. */
export function readRow(session: RegisterSession, row: RegisterRow, asked: boolean): Generator<Item, void> {
  return readRows(session, [row], asked);
}
