import { errnoName } from '../channel/errno.ts';
import type { Item } from '../collect/item.ts';
import {
  capabilityByName,
  decodeStruct,
  MAILBOX_HEADER_BYTES,
  registerByName,
  STATUS,
  statusOf,
} from '../prm/index.ts';
import { decodeCoreDump } from './decodeCoreDump.ts';
import { decodeDevlink, devlinkFault, isDevlink } from './decodeDevlink.ts';
import type { DecodedError, DecodedItem } from './decodedItem.ts';
import { decodeHost } from './decodeHost.ts';
import { decodeNvItem, decodeNvQuery } from './decodeNvItem.ts';
import { decodeObject } from './decodeObject.ts';
import { decodeSegments, segmentFault } from './decodeSegments.ts';
import { type Presentation, present } from './present.ts';

/** Decodes an item: a pure function of its raw bytes and the layout version. An item that is not `ok` has no fields but
 * an error.
 * @throws LayoutError when the item names a register that the layouts have not */
export function decodeItem(item: Item): DecodedItem {
  const { key, name, kind, index, outcome } = item;
  const head = { key, name, kind, index, outcome };
  const last = item.frames.at(-1);
  if (outcome !== 'ok' || last === undefined) {
    // A dump that went wrong half way has whole segments all the same.
    const shown = kind === 'segment' ? decodeSegments(item) : { fields: {}, texts: {}, unknown: {} };
    return { ...head, error: errorOf(item), ...shown };
  }
  if (kind === 'segment') return { ...head, ...decodeSegments(item) };
  if (kind === 'memory') return { ...head, ...decodeCoreDump(last.outbox) };
  if (isDevlink(item)) return { ...head, ...decodeDevlink(item) };
  if (kind === 'host') return { ...head, ...decodeHost(name, last.outbox) };
  if (kind === 'object') return { ...head, ...decodeObject(name, last.outbox) };
  return { ...head, ...decodeAnswer(item, last.outbox.subarray(MAILBOX_HEADER_BYTES)) };
}

function decodeAnswer({ kind, name }: Item, answer: Uint8Array): Presentation {
  if (kind === 'register' && name === 'MNVDA') return decodeNvItem(answer);
  if (kind === 'register' && name === 'MNVQC') return decodeNvQuery(answer);
  const layout = kind === 'register' ? registerLayout(name) : pageLayout(name);
  if (layout !== undefined) return present(decodeStruct(layout, answer));
  // A register or capability page without a public layout: every word that is not 0 is shown.
  const unknown: Record<string, string> = {};
  const words = new DataView(answer.buffer, answer.byteOffset, answer.length & ~3);
  for (let byte = 0; byte < words.byteLength; byte += 4) {
    const word = words.getUint32(byte);
    if (word !== 0) unknown[`0x${byte.toString(16)}`] = `0x${word.toString(16).padStart(8, '0')}`;
  }
  return { fields: {}, texts: {}, unknown };
}

/** @returns undefined for a register that has no name but its number */
function registerLayout(name: string): string | undefined {
  return name.startsWith('0x') ? undefined : (registerByName(name)?.layout ?? name);
}

function pageLayout(name: string): string | undefined {
  return name === 'QUERY_ADAPTER' ? 'query_adapter_param_block' : capabilityByName(name)?.layout;
}

function errorOf(item: Item): DecodedError {
  const last = item.frames.at(-1);
  if (last === undefined) return { name: 'nothing', text: 'no command was given' };
  if (isDevlink(item)) return devlinkFault(last);
  if (last.errno !== 0) {
    return { name: errnoName(last.errno), text: 'the command did not reach firmware, or no answer came back' };
  }
  if (last.outbox.length < MAILBOX_HEADER_BYTES) {
    const text = `the answer has ${last.outbox.length} bytes, fewer than its header: the kernel or firmware cut it off`;
    return { name: 'CutOff', text };
  }
  if (last.status === STATUS.OK && item.kind === 'segment') return segmentFault(item);
  const { name, text } = statusOf(last.status);
  return { name, text, syndrome: `0x${last.syndrome.toString(16).padStart(8, '0')}` };
}
