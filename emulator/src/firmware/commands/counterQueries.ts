import { layoutOf } from '@nicdiag/mlx5/prm';
import type { CommandContext, CommandModel } from '../firmwareFunction.ts';
import { getBits } from '../layout/bits.ts';
import { structWriter } from '../layout/structWriter.ts';
import {
  type Counters,
  clearCounters,
  qCounters,
  sinceCleared,
  vnicCounters,
  vportCounters,
} from '../objects/counters.ts';
import { type Refusal, refuse } from '../status.ts';
import { vportOf } from './vportQueries.ts';

/** Commands that report counters and, with `clear`, set them to 0 after that. */
export const counterQueryCommands: readonly CommandModel[] = [
  counterQuery({
    opcode: 0x773,
    name: 'QUERY_Q_COUNTER',
    layout: 'query_q_counter_out',
    clear: { byte: 0x18, bit: 0 },
    which({ inbox, objects }) {
      const set = getBits(inbox, 0x1c * 8 + 24, 8);
      if (!objects.inventory.counterSets.has(set)) return refuse('BAD_RES', 'QUERY_Q_COUNTER');
      return { key: `q ${set}`, counters: qCounters(objects, set) };
    },
  }),
  counterQuery({
    opcode: 0x76f,
    name: 'QUERY_VNIC_ENV',
    inBytes: 16,
    layout: 'query_vnic_env_out',
    which(context) {
      const vport = vportOf(context, 'QUERY_VNIC_ENV');
      if (typeof vport !== 'number') return vport;
      return { key: 'vnic', counters: under('vport_env', vnicCounters(context.objects)) };
    },
  }),
  counterQuery({
    opcode: 0x770,
    name: 'QUERY_VPORT_COUNTER',
    layout: 'query_vport_counter_out',
    clear: { byte: 0x18, bit: 0 },
    which(context) {
      const vport = vportOf(context, 'QUERY_VPORT_COUNTER');
      if (typeof vport !== 'number') return vport;
      const number = getBits(context.inbox, 0x8 * 8 + 12, 4);
      const port = context.card.ports[Math.max(1, number) - 1];
      if (port === undefined) return refuse('BAD_PARAM', 'QUERY_VPORT_COUNTER port_num');
      return { key: `vport ${vport} ${port.number}`, counters: vportCounters(context.objects, port, vport) };
    },
  }),
  counterQuery({
    opcode: 0x826,
    name: 'QUERY_CONG_STATISTICS',
    inBytes: 16,
    layout: 'query_cong_statistics_out',
    clear: { byte: 0x8, bit: 0 },
    which({ objects: { port } }) {
      const active = port.activeSeconds();
      return {
        key: 'congestion',
        counters: {
          sum_flows: 0,
          rp_cnp_ignored: Math.floor(active / 3000),
          rp_cnp_handled: Math.floor(active * 0.8),
          np_ecn_marked_roce_packets: Math.floor(active * 1.7),
          np_cnp_sent: Math.floor(active * 1.2),
        },
      };
    },
  }),
];

interface CounterQuery {
  readonly opcode: number;
  readonly name: string;
  /** Default 32. */
  readonly inBytes?: number;
  readonly layout: string;
  /** Where the clear bit is, counted from the top of its word; absent for counters that nobody clears. */
  readonly clear?: { readonly byte: number; readonly bit: number };
  /** The counters that are asked for, and a name for them. */
  readonly which: (context: CommandContext) => { readonly key: string; readonly counters: Counters } | Refusal;
}

function counterQuery({ opcode, name, inBytes = 32, layout, clear, which }: CounterQuery): CommandModel {
  const write = structWriter(layout);
  const answer = new Uint8Array(layoutOf(layout).bytes);
  return {
    opcode,
    name,
    inBytes,
    run(context) {
      const asked = which(context);
      if ('syndrome' in asked) return asked;
      const key = `${context.profile.pciAddress} ${asked.key}`;
      answer.fill(0);
      write(answer, 0, sinceCleared(context.card, key, asked.counters));
      context.outbox.set(answer.subarray(0, context.outbox.length));
      if (clear !== undefined && getBits(context.inbox, clear.byte * 8 + clear.bit, 1) === 1) {
        clearCounters(context.card, key, asked.counters);
        context.mutation = `${name} cleared ${asked.key}`;
      }
      return undefined;
    },
  };
}

function under(path: string, counters: Counters): Counters {
  return Object.fromEntries(Object.entries(counters).map(([name, value]) => [`${path}.${name}`, value]));
}
