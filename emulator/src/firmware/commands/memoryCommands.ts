import type { CommandContext, CommandModel } from '../firmwareFunction.ts';
import { getBits, getLong, setBits } from '../layout/bits.ts';
import { type Refusal, refuse } from '../status.ts';

/** Commands for memory that a user context lends the device. What they make is its own and no change to the device.
 * @source reference 3.4 and 7.5 */
export const memoryCommands: readonly CommandModel[] = [
  { opcode: 0x200, name: 'CREATE_MKEY', inBytes: 272, run: createMkey },
  { opcode: 0x202, name: 'DESTROY_MKEY', inBytes: 16, run: destroyMkey },
  { opcode: 0x800, name: 'ALLOC_PD', inBytes: 16, run: allocPd },
  { opcode: 0x801, name: 'DEALLOC_PD', inBytes: 16, run: deallocPd },
  { opcode: 0xa08, name: 'CREATE_UMEM', inBytes: 48, run: createUmem },
  { opcode: 0xa0a, name: 'DESTROY_UMEM', inBytes: 16, run: destroyUmem },
];

/** An id of 24 bits at 0x8.0, in inboxes and outboxes alike. */
const ID_BIT = 0x8 * 8 + 8;
const MKC = 0x10;
const MKC_BYTES = 64;
const MTT = 0x30;
const MODE_MTT = 1;

function createUmem(context: CommandContext): Refusal | undefined {
  const { inbox, outbox, uid, memory } = context;
  const count = getLong(inbox, 0x28 * 8);
  if (count > (inbox.length - MTT) / 8) return refuse('BAD_INPUT_LEN', 'CREATE_UMEM');
  const pageBytes = 2 ** (getBits(inbox, 0x20 * 8 + 27, 5) + 12);
  const offset = getBits(inbox, 0x24 * 8, 32);
  if (count === 0 || offset >= pageBytes) return refuse('BAD_PARAM', 'CREATE_UMEM');
  const pages = Array.from({ length: count }, (_, at) => pageAddress(inbox, MTT + 8 * at));
  const umem = memory.createUmem(uid, { pages, pageBytes, offset });
  setBits(outbox, ID_BIT, 24, umem);
  context.own = `umem ${umem} created`;
  return undefined;
}

/** Bits 63:8 of a translation entry; the others say what may be done with the page. */
function pageAddress(inbox: Uint8Array, at: number): number {
  return getBits(inbox, at * 8, 32) * 2 ** 32 + getBits(inbox, at * 8 + 32, 24) * 0x100;
}

function destroyUmem(context: CommandContext): Refusal | undefined {
  return destroy(context, 'umem', context.memory.destroyUmem);
}

function allocPd(context: CommandContext): Refusal | undefined {
  const pd = context.memory.allocPd(context.uid);
  setBits(context.outbox, ID_BIT, 24, pd);
  context.own = `pd ${pd} created`;
  return undefined;
}

function deallocPd(context: CommandContext): Refusal | undefined {
  return destroy(context, 'pd', context.memory.deallocPd);
}

function createMkey(context: CommandContext): Refusal | undefined {
  const { inbox, outbox, uid, memory } = context;
  const mkc = inbox.subarray(MKC, MKC + MKC_BYTES);
  // Keys to physical addresses, and those over lists of pages, are the driver's.
  if (getBits(inbox, 0xc * 8 + 1, 1) === 0) return refuse('BAD_PARAM', 'CREATE_MKEY without umem');
  const mode = getBits(mkc, 3, 3) * 4 + getBits(mkc, 22, 2);
  if (mode !== MODE_MTT) return refuse('BAD_PARAM', 'CREATE_MKEY access_mode');
  const made = memory.createMkey(uid, {
    pd: getBits(mkc, 0xc * 8 + 8, 24),
    umem: getBits(inbox, 0x64 * 8, 32),
    umemOffset: getLong(inbox, 0x68 * 8),
    start: getLong(mkc, 0x10 * 8),
    length: getLong(mkc, 0x18 * 8),
    variant: getBits(mkc, 0x4 * 8 + 24, 8),
    localWrite: getBits(mkc, 20, 1) === 1,
    localRead: getBits(mkc, 21, 1) === 1,
    context: mkc.slice(),
  });
  if (typeof made !== 'number') return made;
  setBits(outbox, ID_BIT, 24, made);
  context.own = `mkey ${made} created`;
  return undefined;
}

function destroyMkey(context: CommandContext): Refusal | undefined {
  return destroy(context, 'mkey', context.memory.destroyMkey);
}

function destroy(
  context: CommandContext,
  what: string,
  end: (uid: number, id: number) => Refusal | undefined,
): Refusal | undefined {
  const id = getBits(context.inbox, ID_BIT, 24);
  const refusal = end(context.uid, id);
  if (refusal === undefined) context.own = `${what} ${id} destroyed`;
  return refusal;
}

const QUERY_MKEY = 0x201;

/** QUERY_MKEY of a context's own key answers with what it was made of; the keys of others are as before. */
export function withOwnKeys(query: CommandModel): CommandModel {
  if (query.opcode !== QUERY_MKEY) return query;
  return {
    ...query,
    run(context) {
      const { inbox, outbox, uid, memory } = context;
      const key = memory.mkey(uid, getBits(inbox, ID_BIT, 24));
      if (key === undefined) return query.run(context);
      outbox.set(key.context.subarray(0, Math.max(0, outbox.length - MKC)), MKC);
      return undefined;
    },
  };
}
