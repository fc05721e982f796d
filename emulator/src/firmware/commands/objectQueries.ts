import type { CommandContext, CommandModel } from '../firmwareFunction.ts';
import { getBits } from '../layout/bits.ts';
import { type ObjectQuery, objectQueries } from '../objects/objectQuery.ts';
import { type Refusal, refuse } from '../status.ts';

const uctx = { INTERNAL_DEVICE_RESOURCES: 0x2, TOOLS_RESOURCES: 0x4 } as const;

/** QUERY_EQ, QUERY_CQ, QUERY_QP and all others that ask for one object by its number. */
export const objectQueryCommands: readonly CommandModel[] = [...objectQueries.values()].map((query) => {
  let memory = new Uint8Array(0);
  return {
    opcode: query.opcode,
    name: query.name,
    inBytes: query.inBytes,
    run(context) {
      const { objects, inbox, outbox } = context;
      const id = getBits(inbox, query.id.bit, query.id.width);
      const refusal = refusalOf(context, query, id);
      if (refusal !== undefined) return refusal;
      const length = query.length(objects, id);
      if (memory.length < length) memory = new Uint8Array(length);
      const answer = memory.subarray(0, length).fill(0);
      query.fill(objects, id, answer);
      outbox.set(answer.subarray(0, outbox.length));
      return undefined;
    },
  };
});

/** Whether a user context may not see an object, or there is none: both look the same from outside [inferred]. */
export function refusalOf(
  { objects, uid, granted }: CommandContext,
  { name, ids, owner }: ObjectQuery,
  id: number,
): Refusal | undefined {
  if (!ids(objects).has(id)) return refuse('BAD_RES', name);
  const belongsTo = owner(objects, id);
  const visible =
    belongsTo === uid ||
    (granted & uctx.TOOLS_RESOURCES) !== 0 ||
    (belongsTo === 0 && (granted & uctx.INTERNAL_DEVICE_RESOURCES) !== 0);
  return visible ? undefined : refuse('BAD_RES', name);
}
