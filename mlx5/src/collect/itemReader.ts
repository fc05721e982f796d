import {
  ACCESS_REG_READ,
  type CapabilityType,
  fieldPosition,
  MAILBOX_HEADER_BYTES,
  OPCODE,
  type RegisterLayout,
  writeField,
} from '../prm/index.ts';
import type { CollectContext } from './collector.ts';
import type { CommandRequest } from './commandRunner.ts';
import type { Item, ItemKind } from './item.ts';
import { itemKey } from './registerRow.ts';

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

/** Reads a register, unless an earlier run has. */
export function readRegister(
  context: CollectContext,
  register: RegisterLayout,
  index: RegisterIndex,
  options: ReadOptions,
): Reading {
  const length = MAILBOX_HEADER_BYTES + ((register.bytes + 3) & ~3);
  return take(context, { kind: 'register', name: register.name, index }, options, {
    opcode: OPCODE.ACCESS_REG,
    opMod: ACCESS_REG_READ,
    registerId: register.id,
    inLength: length,
    outLength: length,
    probe: options.probe,
    fill(inbox) {
      const data = inbox.subarray(MAILBOX_HEADER_BYTES);
      for (const [path, value] of Object.entries(index)) writeField(data, fieldPosition(register.layout, path), value);
    },
  });
}

/** Bytes of the union of all capability pages. */
const CAPABILITY_BYTES = 4096;

export type CapabilityMode = 'current' | 'maximum';

/** Reads a page of QUERY_HCA_CAP, unless an earlier run has.
 * @param extraBytes behind the page; only DEBUG has any: 4 for each diagnostic counter */
export function readCapability(
  context: CollectContext,
  { type, name }: CapabilityType,
  mode: CapabilityMode,
  options: ReadOptions & { readonly extraBytes?: number },
): Reading {
  const current = mode === 'current' ? 1 : 0;
  return take(context, { kind: 'capability', name, index: { current } }, options, {
    opcode: OPCODE.QUERY_HCA_CAP,
    opMod: (type << 1) | current,
    registerId: 0,
    inLength: MAILBOX_HEADER_BYTES,
    outLength: MAILBOX_HEADER_BYTES + CAPABILITY_BYTES + (options.extraBytes ?? 0),
    probe: options.probe,
    fill() {},
  });
}

/** Bytes of QUERY_ADAPTER's answer, header included. */
const ADAPTER_BYTES = 272;

/** Reads QUERY_ADAPTER, unless an earlier run has: the PSID of functions that may not read MGIR. */
export function readAdapter(context: CollectContext, options: ReadOptions): Reading {
  return take(context, { kind: 'capability', name: 'QUERY_ADAPTER', index: {} }, options, {
    opcode: OPCODE.QUERY_ADAPTER,
    opMod: 0,
    registerId: 0,
    inLength: MAILBOX_HEADER_BYTES,
    outLength: ADAPTER_BYTES,
    probe: options.probe,
    fill() {},
  });
}

function* take(
  { runner, done }: CollectContext,
  { kind, name, index }: { readonly kind: ItemKind; readonly name: string; readonly index: RegisterIndex },
  { observe }: ReadOptions,
  request: CommandRequest,
): Reading {
  const key = itemKey(name, index);
  const known = done.get(key);
  if (known !== undefined) {
    observe(known);
    return;
  }
  const { frames, outcome, stop } = runner.run(request);
  const item: Item = { key, kind, name, index, outcome, frames };
  observe(item);
  yield item;
  if (stop !== undefined) throw stop;
}

/** What firmware returned, without the mailbox header; undefined unless the item is `ok`. */
export function answerOf(item: Item): Uint8Array | undefined {
  return item.outcome === 'ok' ? item.frames.at(-1)?.outbox.subarray(MAILBOX_HEADER_BYTES) : undefined;
}
