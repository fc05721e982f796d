import { layoutOf } from '@nicdiag/mlx5/prm';
import type { CommandModel } from '../firmwareFunction.ts';
import { getBits } from '../layout/bits.ts';
import { structWriter, type Values } from '../layout/structWriter.ts';
import { refuse } from '../status.ts';

/** cong_protocol: reaction point and notification point of RoCE's ECN. */
const REACTION_POINT = 1;
const NOTIFICATION_POINT = 2;

/** Congestion control as its parameters are when nobody has changed them. */
const parameters: Readonly<Record<number, { readonly layout: string; readonly values: Values }>> = {
  [REACTION_POINT]: {
    layout: 'cong_control_r_roce_ecn_rp',
    values: {
      clamp_tgt_rate: 0,
      clamp_tgt_rate_after_time_inc: 1,
      rpg_time_reset: 300,
      rpg_byte_reset: 32767,
      rpg_threshold: 1,
      rpg_max_rate: 0,
      rpg_ai_rate: 5,
      rpg_hai_rate: 50,
      rpg_gd: 11,
      rpg_min_dec_fac: 50,
      rpg_min_rate: 1,
      rate_to_set_on_first_cnp: 0,
      dce_tcp_g: 1019,
      dce_tcp_rtt: 1,
      rate_reduce_monitor_period: 4,
      initial_alpha_value: 1023,
    },
  },
  [NOTIFICATION_POINT]: {
    layout: 'cong_control_r_roce_ecn_np',
    values: { min_time_between_cnps: 4, cnp_dscp: 48, cnp_prio_mode: 1, cnp_802p_prio: 6 },
  },
};
const OUT_BYTES = layoutOf('query_cong_params_out').bytes;

/** Congestion control of RoCE: one setting for all priorities. */
export const congestionQueryCommands: readonly CommandModel[] = [
  {
    opcode: 0x822,
    name: 'QUERY_CONG_STATUS',
    inBytes: 16,
    run({ inbox, outbox }) {
      const protocol = getBits(inbox, 0x8 * 8 + 28, 4);
      const priority = getBits(inbox, 0x8 * 8 + 24, 4);
      if (parameters[protocol] === undefined || priority > 7) return refuse('BAD_PARAM', 'QUERY_CONG_STATUS');
      const answer = new Uint8Array(16);
      writeStatus(answer, 0, { enable: 1, tag_enable: 1 });
      outbox.set(answer.subarray(0, outbox.length));
      return undefined;
    },
  },
  {
    opcode: 0x824,
    name: 'QUERY_CONG_PARAMS',
    inBytes: 16,
    run({ inbox, outbox }) {
      const known = parameters[getBits(inbox, 0x8 * 8 + 28, 4)];
      if (known === undefined) return refuse('BAD_PARAM', 'QUERY_CONG_PARAMS cong_protocol');
      const answer = new Uint8Array(OUT_BYTES);
      structWriter(known.layout)(answer, 0x10, known.values);
      outbox.set(answer.subarray(0, outbox.length));
      return undefined;
    },
  },
];

const writeStatus = structWriter('query_cong_status_out');
