import type { CommandContext, CommandModel } from '../firmwareFunction.ts';
import { getBits, setBits } from '../layout/bits.ts';
import { type Refusal, refuse } from '../status.ts';

/** User contexts, which only the driver (UID 0) makes. */
export const userContextCommands: readonly CommandModel[] = [
  { opcode: 0xa04, name: 'CREATE_UCTX', inBytes: 64, run: createUctx },
  { opcode: 0xa06, name: 'DESTROY_UCTX', inBytes: 16, run: destroyUctx },
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
  context.memory.endContext(uid);
  context.userContext = uid;
  context.mutation = `uctx ${uid} destroyed`;
  return undefined;
}
