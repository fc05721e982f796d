import {
  ACCESS_REG_READ,
  type CapabilityType,
  fieldPosition,
  MAILBOX_HEADER_BYTES,
  OPCODE,
  type RegisterLayout,
  writeField,
  writeInboxHeader,
  writeRegisterId,
} from '../prm/index.ts';
import type { CollectContext, CollectorStop } from './collector.ts';
import type { CommandRequest } from './commandRunner.ts';
import type { Item } from './item.ts';
import type { ItemIdentity } from './itemDescription.ts';
import { numberOf } from './keyNumbers.ts';
import type { Read } from './placing.ts';
import { itemKey } from './registerRow.ts';
import { STEERING } from './steering.ts';

/** A read that yields its item if it is new. A generator, so that a collector passes the last item on before it stops at
 * a device that is gone. */
export type Reading = Generator<Item, void>;

/** Index fields of a register and the values to send in them. */
export type RegisterIndex = Readonly<Record<string, number>>;

export interface ReadOptions {
  /** Whether firmware's "no such thing" is an answer. */
  readonly probe: boolean;
  /** Sees the item, new or from an earlier run, before it is yielded. Afterwards its bytes may have moved to another
   * thread: copy what is needed later. */
  readonly observe: (item: Item) => void;
}

/** What came of a read. */
export interface Answered {
  readonly item: Item;
  /** Whether it was read now; else an earlier run has, and the item is not yielded again. */
  readonly fresh: boolean;
  /** Set when nothing more should be asked: to be thrown when the item has been yielded. */
  readonly stop?: CollectorStop | undefined;
}

/** The read of a register. */
export function registerRead(register: RegisterLayout, index: RegisterIndex, probe: boolean): Read {
  const inbox = new Uint8Array(MAILBOX_HEADER_BYTES + ((register.bytes + 3) & ~3));
  writeInboxHeader(inbox, OPCODE.ACCESS_REG, ACCESS_REG_READ);
  writeRegisterId(inbox, register.id);
  const data = inbox.subarray(MAILBOX_HEADER_BYTES);
  for (const [path, value] of Object.entries(index)) writeField(data, fieldPosition(register.layout, path), value);
  const request = {
    opcode: OPCODE.ACCESS_REG,
    opMod: ACCESS_REG_READ,
    registerId: register.id,
    inLength: inbox.length,
    outLength: inbox.length,
    probe,
    fill: (memory: Uint8Array) => memory.set(inbox),
  };
  const identity = { key: itemKey(register.name, index), kind: 'register', name: register.name, index } as const;
  return {
    ...identity,
    number: numberOf(identity.key),
    request,
    inboxWords: wordsOf(inbox),
    steers: STEERING.has(register.name),
  };
}

/** Words of 32 bits that are not 0, by their number. */
function wordsOf(inbox: Uint8Array): Uint32Array {
  const fields = new DataView(inbox.buffer, inbox.byteOffset, inbox.length);
  const words: number[] = [];
  // Lengths of registers are multiples of 4.
  for (let at = 0; at < inbox.length; at += 4) {
    const word = fields.getUint32(at, true);
    if (word !== 0) words.push(at / 4, word);
  }
  return Uint32Array.from(words);
}

/** Reads a register, unless an earlier run has. */
export function readRegister(
  context: CollectContext,
  register: RegisterLayout,
  index: RegisterIndex,
  options: ReadOptions,
): Reading {
  const read = registerRead(register, index, options.probe);
  return take(context, read, read.request, options);
}

/** Bytes of the union of all capability pages. */
const CAPABILITY_BYTES = 4096;

export type CapabilityMode = 'current' | 'maximum';

/** The read of a page of QUERY_HCA_CAP.
 * @param extraBytes behind the page; only DEBUG has any: 4 for each diagnostic counter */
export function capabilityRead(
  { type, name }: Pick<CapabilityType, 'type' | 'name'>,
  mode: CapabilityMode,
  { probe, extraBytes = 0 }: { readonly probe: boolean; readonly extraBytes?: number },
): Read {
  const index = { current: mode === 'current' ? 1 : 0 };
  return commandRead(name, index, {
    opcode: OPCODE.QUERY_HCA_CAP,
    opMod: (type << 1) | index.current,
    outLength: MAILBOX_HEADER_BYTES + CAPABILITY_BYTES + extraBytes,
    probe,
  });
}

/** Reads a page of QUERY_HCA_CAP, unless an earlier run has. */
export function readCapability(
  context: CollectContext,
  type: CapabilityType,
  mode: CapabilityMode,
  options: ReadOptions & { readonly extraBytes?: number },
): Reading {
  const read = capabilityRead(type, mode, options);
  return take(context, read, read.request, options);
}

/** Bytes of QUERY_ADAPTER's answer, header included. */
const ADAPTER_BYTES = 272;

/** The read of QUERY_ADAPTER: the PSID of functions that may not read MGIR. Not all functions answer it. */
export const ADAPTER_READ: Read = commandRead(
  'QUERY_ADAPTER',
  {},
  { opcode: OPCODE.QUERY_ADAPTER, opMod: 0, outLength: ADAPTER_BYTES, probe: true },
);

/** Reads QUERY_ADAPTER, unless an earlier run has. */
export function readAdapter(context: CollectContext): Reading {
  return take(context, ADAPTER_READ, ADAPTER_READ.request, { probe: true, observe() {} });
}

/** The read of a command whose inbox is a header only. */
function commandRead(
  name: string,
  index: RegisterIndex,
  command: Pick<CommandRequest, 'opcode' | 'opMod' | 'outLength' | 'probe'>,
): Read {
  const inbox = new Uint8Array(MAILBOX_HEADER_BYTES);
  writeInboxHeader(inbox, command.opcode, command.opMod);
  const key = itemKey(name, index);
  const request = { ...command, registerId: 0, inLength: inbox.length, fill() {} };
  const steers = STEERING.has(name);
  return { key, kind: 'capability', name, index, number: numberOf(key), request, inboxWords: wordsOf(inbox), steers };
}

/** Makes a read, unless an earlier run has. */
export function answer(
  { runner, done }: CollectContext,
  { key, kind, name, index }: ItemIdentity,
  request: CommandRequest,
): Answered {
  const known = done.get(key);
  if (known !== undefined) return { item: known, fresh: false };
  const { frames, outcome, stop } = runner.run(request);
  return { item: { key, kind, name, index, outcome, frames }, fresh: true, stop };
}

function* take(
  context: CollectContext,
  identity: ItemIdentity,
  request: CommandRequest,
  { observe }: ReadOptions,
): Reading {
  const { item, fresh, stop } = answer(context, identity, request);
  observe(item);
  if (fresh) yield item;
  if (stop !== undefined) throw stop;
}

/** What firmware returned, without the mailbox header; undefined unless the item is `ok` and all of the answer came: what is
 * cut off steers nothing. */
export function answerOf(item: Item): Uint8Array | undefined {
  const last = item.frames.at(-1);
  if (item.outcome !== 'ok' || last === undefined) return undefined;
  // A register is asked for with as many bytes as it has.
  const whole = item.kind === 'register' ? last.inbox.length : MAILBOX_HEADER_BYTES + CAPABILITY_BYTES;
  return last.outbox.length < whole ? undefined : last.outbox.subarray(MAILBOX_HEADER_BYTES);
}
