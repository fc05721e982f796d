import { layoutOf } from '@nicdiag/mlx5/prm';
import type { CommandContext, CommandModel } from '../firmwareFunction.ts';
import { getBits } from '../layout/bits.ts';
import { structWriter, type Values } from '../layout/structWriter.ts';
import { macOf, macValues } from '../objects/vports.ts';
import { type Refusal, refuse } from '../status.ts';

/** scheduling_context.element_type and hierarchy. */
const element = { TSAR: 0, VPORT: 1 } as const;
const ESWITCH_HIERARCHY = 2;
const ROOT_ELEMENT = 1;

/** Queries that a table of fields answers, and which an index or the kind of function can make impossible. */
export const resourceQueryCommands: readonly CommandModel[] = [
  query(0x82a, 'QUERY_L2_TABLE_ENTRY', 64, ({ inbox, objects }) => {
    const index = getBits(inbox, 0x14 * 8 + 8, 24);
    if (index >= objects.inventory.netdevs.length) return refuse('BAD_RES', 'QUERY_L2_TABLE_ENTRY');
    return macValues('mac_address', macOf(objects) + index);
  }),
  // Firmware wants no more pages, and gives none back.
  query(0x107, 'QUERY_PAGES', 16, ({ inbox, card }) => {
    const functionId = getBits(inbox, 0x8 * 8 + 16, 16);
    if (card.profile.functions[functionId] === undefined) return refuse('BAD_PARAM', 'QUERY_PAGES function_id');
    return { function_id: functionId, num_pages: 0 };
  }),
  query(0x10e, 'QUERY_OTHER_HCA_CAP', 16, ({ inbox, card, profile, objects }) => {
    const fn = card.profile.functions[getBits(inbox, 0x8 * 8 + 16, 16)];
    if (profile.type !== 'PF' || fn?.type !== 'VF') return refuse('BAD_PARAM', 'QUERY_OTHER_HCA_CAP function_id');
    return { 'other_capability.roce': objects.port.mode.protocol === 'ethernet' ? 1 : 0 };
  }),
  query(0x80b, 'QUERY_MAD_DEMUX', 16, () => ({ mad_dumux_parameters_block: 0 })),
  query(0x831, 'QUERY_WOL_ROL', 16, () => ({ rol_mode: 0, wol_mode: 0 })),
  query(0x111, 'QUERY_SF_PARTITION', 16, () => ({ num_sf_partitions: 0 }), 'query_sf_partitions_out'),
  query(0x740, 'QUERY_ESW_FUNCTIONS', 16, ({ profile, card }) => {
    if (profile.type !== 'PF') return refuse('BAD_PARAM', 'QUERY_ESW_FUNCTIONS');
    const [bus = 0, device = 0, fn = 0] = profile.pciAddress
      .slice(5)
      .split(/[:.]/)
      .map((part) => Number.parseInt(part, 16));
    const virtual = card.profile.functions.filter(({ type }) => type === 'VF').length;
    return {
      'host_params_context.host_num_of_vfs': virtual,
      'host_params_context.host_total_vfs': 16,
      'host_params_context.host_pci_bus': bus,
      'host_params_context.host_pci_device': device,
      'host_params_context.host_pci_function': fn,
    };
  }),
  query(0x117, 'QUERY_VHCA_MIGRATION_STATE', 16, ({ inbox, card, profile }) => {
    const fn = card.profile.functions[getBits(inbox, 0x8 * 8 + 16, 16)];
    if (profile.type !== 'PF' || fn?.type !== 'VF') return refuse('BAD_RES', 'QUERY_VHCA_MIGRATION_STATE');
    return { required_umem_size: 0x8_0000 };
  }),
  query(0x784, 'QUERY_SCHEDULING_ELEMENT', 64, ({ inbox, profile, card }) => {
    const hierarchy = getBits(inbox, 0x8 * 8, 8);
    const id = getBits(inbox, 0xc * 8, 32);
    const virtual = card.profile.functions.filter(({ type }) => type === 'VF').length;
    if (profile.type !== 'PF' || hierarchy !== ESWITCH_HIERARCHY) return refuse('BAD_PARAM', 'scheduling_hierarchy');
    if (id < ROOT_ELEMENT || id > ROOT_ELEMENT + virtual) return refuse('BAD_RES', 'QUERY_SCHEDULING_ELEMENT');
    if (id === ROOT_ELEMENT) return { 'scheduling_context.element_type': element.TSAR };
    return {
      'scheduling_context.element_type': element.VPORT,
      'scheduling_context.element_attributes': id - ROOT_ELEMENT,
      'scheduling_context.parent_element_id': ROOT_ELEMENT,
      'scheduling_context.bw_share': 1,
    };
  }),
];

function query(
  opcode: number,
  name: string,
  inBytes: number,
  values: (context: CommandContext) => Values | Refusal,
  layout = `${name.toLowerCase()}_out`,
): CommandModel {
  const write = structWriter(layout);
  const answer = new Uint8Array(layoutOf(layout).bytes);
  return {
    opcode,
    name,
    inBytes,
    run(context) {
      const reported = values(context);
      if (isRefusal(reported)) return reported;
      answer.fill(0);
      write(answer, 0, reported);
      context.outbox.set(answer.subarray(0, context.outbox.length));
      return undefined;
    },
  };
}

function isRefusal(answer: Values | Refusal): answer is Refusal {
  return 'syndrome' in answer;
}
