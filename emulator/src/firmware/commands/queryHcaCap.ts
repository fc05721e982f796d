import type { CommandContext } from '../firmwareFunction.ts';
import { getBits } from '../layout/bits.ts';
import { type Refusal, refuse } from '../status.ts';

const HEADER = 16;

/** QUERY_HCA_CAP (0x100): op_mod is `type << 1 | mode`, mode 0 maximum, 1 current. An outbox shorter than the page gets
 * its beginning. */
export function queryHcaCap({ inbox, outbox, capabilities }: CommandContext): Refusal | undefined {
  // Asking for another function (0x8.31:1) needs a vport group manager that knows it; none is modelled.
  if (getBits(inbox, 0x8 * 8, 1) === 1) return refuse('BAD_PARAM', 'QUERY_HCA_CAP other_function');
  const opMod = getBits(inbox, 0x4 * 8 + 16, 16);
  const page = capabilities.page(opMod >>> 1, opMod & 1);
  if (page === undefined) return refuse('BAD_PARAM', 'QUERY_HCA_CAP type');
  outbox.set(page.subarray(0, outbox.length - HEADER), HEADER);
  return undefined;
}
