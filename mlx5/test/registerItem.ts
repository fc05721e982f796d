import type { Frame, Item } from '../src/collect/item.ts';
import { itemKey } from '../src/collect/registerRow.ts';
import { registerByName } from '../src/prm/index.ts';

/** An item as firmware would have answered it: big-endian words by their byte offset in the register. */
export function registerItem(
  name: string,
  words: Readonly<Record<number, number>>,
  index: Readonly<Record<string, number>> = {},
): Item {
  const register = registerByName(name);
  if (register === undefined) throw new Error(`no register ${name}`);
  const outbox = new Uint8Array(16 + register.bytes);
  const view = new DataView(outbox.buffer, 16);
  for (const [byte, word] of Object.entries(words)) view.setUint32(Number(byte), word);
  const frame: Frame = {
    opcode: 0x805,
    opMod: 1,
    registerId: register.id,
    status: 0,
    syndrome: 0,
    errno: 0,
    startedNs: 0n,
    elapsedNs: 0n,
    inbox: new Uint8Array(16 + register.bytes),
    outbox,
  };
  return { key: itemKey(name, index), kind: 'register', name, index, outcome: 'ok', frames: [frame] };
}
