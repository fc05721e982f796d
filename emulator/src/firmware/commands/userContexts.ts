import type { CommandContext, CommandModel } from '../firmwareFunction.ts';
import { getBits, setBits } from '../layout/bits.ts';
import { type Refusal, refuse } from '../status.ts';

const UMEM = 'umem';

/** User contexts and their memory. Only the driver (UID 0) makes contexts. */
export const userContextCommands: readonly CommandModel[] = [
  { opcode: 0xa04, name: 'CREATE_UCTX', inBytes: 64, run: createUctx },
  { opcode: 0xa06, name: 'DESTROY_UCTX', inBytes: 16, run: destroyUctx },
  { opcode: 0xa08, name: 'CREATE_UMEM', inBytes: 48, run: createUmem },
  { opcode: 0xa0a, name: 'DESTROY_UMEM', inBytes: 16, run: destroyUmem },
];

function createUctx(context: CommandContext): Refusal | undefined {
  if (context.uid !== 0) return refuse('BAD_PARAM', 'CREATE_UCTX by a user');
  const wanted = getBits(context.inbox, 0x10 * 8, 32);
  if ((wanted & ~context.profile.uctxCap) !== 0) return refuse('BAD_PARAM', 'CREATE_UCTX capabilities');
  const uid = context.uids.create(wanted);
  if (uid === undefined) return refuse('NO_RESOURCES', 'user contexts');
  setBits(context.outbox, 0x8 * 8 + 16, 16, uid);
  context.userContext = uid;
  context.mutation = `uctx ${uid} created`;
  return undefined;
}

function destroyUctx(context: CommandContext): Refusal | undefined {
  if (context.uid !== 0) return refuse('BAD_PARAM', 'DESTROY_UCTX by a user');
  const uid = getBits(context.inbox, 0x8 * 8 + 16, 16);
  if (!context.uids.destroy(uid)) return refuse('BAD_RES', 'DESTROY_UCTX');
  context.userContext = uid;
  context.mutation = `uctx ${uid} destroyed`;
  return undefined;
}

function createUmem(context: CommandContext): Refusal | undefined {
  const { inbox, outbox, uid } = context;
  const pages = getBits(inbox, 0x2c * 8, 32);
  if (inbox.length < 0x30 + 8 * pages) return refuse('BAD_INPUT_LEN', 'CREATE_UMEM');
  const umem = context.uids.addObject(uid, UMEM);
  setBits(outbox, 0x8 * 8 + 8, 24, umem);
  context.mutation = `umem ${umem} created`;
  return undefined;
}

function destroyUmem(context: CommandContext): Refusal | undefined {
  const umem = getBits(context.inbox, 0x8 * 8 + 8, 24);
  if (!context.uids.removeObject(context.uid, UMEM, umem)) return refuse('BAD_RES', 'DESTROY_UMEM');
  context.mutation = `umem ${umem} destroyed`;
  return undefined;
}
