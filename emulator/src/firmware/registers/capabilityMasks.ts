import type { CardModel } from '../cardModel.ts';
import type { RegisterRow } from './registerRow.ts';

const IDS_IN_GROUP = 128;

/** Ids of a group's registers as four words, the most significant first: bit 127 is the top bit of the first word.
 * @param firstId id that bit 0 stands for */
export function supportMask(ids: Iterable<number>, firstId: number): number[] {
  return maskWords([...ids].map((id) => id - firstId).filter((bit) => bit >= 0 && bit < IDS_IN_GROUP));
}

export function maskWords(bits: readonly number[]): number[] {
  const words = [0, 0, 0, 0];
  for (const bit of bits) {
    const word = 3 - (bit >>> 5);
    words[word] = ((words[word] ?? 0) | (1 << (bit & 31))) >>> 0;
  }
  return words;
}

/** Bits of PCAM's feature mask (mlx5_ifc: pcam_enhanced_features): statistical and discard counter groups, connector
 * type, buffer fullness, per-lane errors, PFCC masks, extended Ethernet speeds, ICRC counter, FEC of 50G lanes in PPLM,
 * counters_cap. */
const PORT_FEATURES = [0, 1, 3, 4, 5, 9, 13, 18, 23, 85];
/** Bits of MCAM's feature mask (mcam_enhanced_features): PCIe performance counters, MTPPS field select and enhanced
 * adjustment, overflow buffer, stalls, overflow controls, CQE and CNP marks, PCI status and power, real-time PTP, reset
 * state, NPPS period, pulse duration, MCIA of 128 bytes. */
const MANAGEMENT_FEATURES = [0, 1, 2, 3, 4, 9, 10, 11, 17, 20, 21, 64, 65, 66];

/** Registers that say which registers exist. Their masks follow from the table itself, so they cannot be wrong.
 * @param registersOf all registers that the firmware of a model has; asked when a register is read, as the table is made
 * from these rows too */
export function capabilityMaskRegisters(
  registersOf: (model: CardModel) => readonly { readonly id: number }[],
): readonly RegisterRow[] {
  const idsOf = ({ model }: { readonly model: CardModel }): readonly number[] => registersOf(model).map(({ id }) => id);
  return [
    {
      name: 'MCAM',
      read: ({ card, field }) => ({
        mng_access_reg_cap_mask: maskOfGroup(idsOf(card), 0x9000, field('access_reg_group'), 4),
        mng_feature_cap_mask: features(field, MANAGEMENT_FEATURES, card.model.missing?.managementFeatures),
      }),
    },
    {
      name: 'PCAM',
      harmless: ['pl_op'],
      read: (access) => {
        const mask = features(access.field, PORT_FEATURES, access.card.model.missing?.portFeatures);
        access.part('pcam_feature_capability_mask_group0_ext', 0x28, { feature_cap_mask: mask });
        return {
          port_access_reg_cap_mask: maskOfGroup(idsOf(access.card), 0x5000, access.field('access_reg_group'), 4),
        };
      },
    },
    {
      name: 'QCAM',
      read: ({ card, field }) => ({
        qos_access_reg_cap_mask: maskOfGroup(idsOf(card), 0x4000, field('access_reg_group'), 1),
      }),
    },
    {
      name: 'SBCAM',
      read: ({ card, field }) => ({
        sb_access_reg_cap_mask: maskOfGroup(idsOf(card), 0xb000, field('access_reg_group'), 1),
        sb_feature_cap_mask: [0, 0, 0, 0],
        cap_total_descriptors: 0,
        cap_total_buffer_size: 0x1e8480,
        cap_cell_size: 128,
        cap_max_pg_buffers: 8,
        cap_num_pool_supported: 3,
        cap_sbsr_stat_size: 24,
        cap_max_tclass_sb: 8,
        cap_max_cpu_ingress_tclass_sb: 0,
      }),
    },
    {
      name: 'CWCAM',
      read: ({ card, field }) => ({
        cw_access_reg_cap_mask: maskOfGroup(idsOf(card), 0x2800, field('access_reg_group'), 1),
      }),
    },
    {
      name: 'MPCAM',
      // Groups count from 0x9000, as MCAM's do.
      read: ({ card, field }) => ({
        mng_access_reg_cap_mask: maskOfGroup(idsOf(card), 0x9000, field('access_reg_group'), 16),
      }),
    },
  ];
}

function features(
  field: (path: string) => number,
  all: readonly number[],
  missing: readonly number[] = [],
): readonly number[] {
  return maskWords(field('feature_group') === 0 ? all.filter((bit) => !missing.includes(bit)) : []);
}

function maskOfGroup(ids: Iterable<number>, firstId: number, group: number, groups: number): number[] {
  return group < groups ? supportMask(ids, firstId + group * IDS_IN_GROUP) : [0, 0, 0, 0];
}
