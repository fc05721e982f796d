import { layoutOf } from '@nicdiag/mlx5/prm';
import type { CommandContext, CommandModel } from '../firmwareFunction.ts';
import { structWriter, type Values } from '../layout/structWriter.ts';
import { keyOf, specialKeys } from '../objects/memoryKey.ts';
import { psidOf } from '../registers/identity.ts';

const MELLANOX_IEEE_ID = 0x0002c9;
const VSD_VENDOR_ID = 0x15b3;

/** Queries whose answer is one structure. */
export const queryCommands: readonly CommandModel[] = [
  query(0x101, 'QUERY_ADAPTER', 'query_adapter_out', ({ card }) => ({
    'query_adapter_struct.ieee_vendor_id': MELLANOX_IEEE_ID,
    'query_adapter_struct.vsd_vendor_id': VSD_VENDOR_ID,
    'query_adapter_struct.vsd_contd_psid': psidOf(card),
  })),
  query(0x10a, 'QUERY_ISSI', 'query_issi_out', () => ({ current_issi: 1, supported_issi_dw0: 0b11 })),
  query(0x203, 'QUERY_SPECIAL_CONTEXTS', 'query_special_contexts_out', ({ objects }) => ({
    dump_fill_mkey: keyOf(objects, specialKeys.dump_fill_mkey.index),
    resd_lkey: keyOf(objects, specialKeys.resd_lkey.index),
    null_mkey: keyOf(objects, specialKeys.null_mkey.index),
  })),
  query(0x842, 'QUERY_LAG', 'query_lag_out', () => ({})),
  { opcode: 0x80d, name: 'NOP', inBytes: 16, run: () => undefined },
];

function query(
  opcode: number,
  name: string,
  layout: string,
  values: (context: CommandContext) => Values,
): CommandModel {
  const write = structWriter(layout);
  const answer = new Uint8Array(layoutOf(layout).bytes);
  return {
    opcode,
    name,
    inBytes: 16,
    run(context) {
      answer.fill(0);
      write(answer, 0, values(context));
      context.outbox.set(answer.subarray(0, context.outbox.length));
      return undefined;
    },
  };
}
