/** One segment type that a resource dump can be asked for. */
export interface MenuRecord {
  readonly type: number;
  readonly name: string;
  /** What the two indices mean; `N/A` for one that is not used. */
  readonly index1: string;
  readonly index2: string;
  readonly flags: MenuFlags;
}

export interface MenuFlags {
  readonly index1: Support;
  readonly index2: Support;
  readonly count1: Support;
  readonly count2: Support;
  /** Counts of 0xffff, all objects, and 0xfffe, all that are in use. */
  readonly all1: boolean;
  readonly active1: boolean;
  readonly all2: boolean;
  readonly active2: boolean;
}

export type Support = 'no' | 'yes' | 'must';

/** As a real device gave it (README of the mlx5ctl tool). The last column: `I1` `I2` index, `N1` `N2` number of objects;
 * after them `!` mandatory, `A` takes "all", `a` takes "active". */
const rows: readonly (readonly [type: number, name: string, index1: string, index2: string, flags: string])[] = [
  [0x2, 'HW_CQPC', 'QPN', 'N/A', 'I1!'],
  [0x3, 'HW_SQPC', 'QPN', 'N/A', 'I1!'],
  [0x4, 'HW_RQPC', 'QPN', 'N/A', 'I1!'],
  [0x1100, 'FULL_SRQC', 'SRQN', 'N/A', 'I1!'],
  [0x1200, 'FULL_CQC', 'CQN', 'N/A', 'I1!'],
  [0x1300, 'FULL_EQC', 'EQN', 'N/A', 'I1!'],
  [0x1000, 'FULL_QPC', 'QPN', 'N/A', 'I1!'],
  [0x1001, 'SND_BUFF', 'QPN', 'WQEBB', 'I1! I2 N2A'],
  [0x1002, 'RCV_BUFF', 'QPN', 'DS', 'I1! I2 N2A'],
  [0x1101, 'SRQ_BUFF', 'SRQN', 'DS', 'I1! I2 N2A'],
  [0x1201, 'CQ_BUFF', 'CQN', 'CQE', 'I1! I2 N2A'],
  [0x1301, 'EQ_BUFF', 'EQN', 'EQE', 'I1! I2 N2A'],
  [0x3000, 'SX_SLICE', 'SLICE', 'N/A', 'I1!'],
  [0x3001, 'SX_SLICE_ALL', 'N/A', 'N/A', ''],
  [0x2000, 'RX_SLICE', 'SLICE', 'N/A', 'I1!'],
  [0x2001, 'RX_SLICE_ALL', 'N/A', 'N/A', ''],
  [0x21, 'MKEY_CONTEXT', 'MKEY_IX', 'N/A', 'I1!'],
  [0x5, 'RDB_CONTEXT', 'QPN', 'RDB_IX', 'I1! I2!'],
  [0x1310, 'STE_RANGE', 'STE_IX', 'N/A', 'I1! N1 N2'],
  [0x1311, 'STE_ALL', 'N/A', 'N/A', ''],
  [0x1010, 'FUNC_SYND_REC', 'N/A', 'N/A', ''],
  [0x1312, 'STE_GLOBAL_RNG', 'STE_IX', 'N/A', 'I1! N1 N2'],
  [0x1313, 'STE_ROOT', 'ROOT_IX', 'N/A', 'I1!'],
  [0x2020, 'ICMC_INFO', 'SET', 'N/A', 'I1 N1!'],
  [0x4000, 'PRM_QUERY_QP', 'QPN', 'N/A', 'I1!'],
  [0x4020, 'PRM_QUERY_CQ', 'CQN', 'N/A', 'I1!'],
  [0x4030, 'PRM_QUERY_MKEY', 'MKEY_IDX', 'N/A', 'I1!'],
  [0x4008, 'QUERY_VNIC_ENV', 'N/A', 'N/A', ''],
  [0x1020, 'MDFY_HDR_RNG', 'MDFY_IX', 'N/A', 'I1! N1 N2'],
  [0x1021, 'MDFY_HDR_ALL', 'N/A', 'N/A', ''],
  [0x4010, 'QUERY_FT', 'TABLE_ID', 'N/A', 'I1!'],
  [0x4011, 'QUERY_FT_ALL', 'N/A', 'N/A', ''],
  [0x4012, 'QUERY_FG', 'TABLE_ID', 'GROUP_ID', 'I1! I2!'],
  [0x4013, 'QUERY_FG_ALL', 'TABLE_ID', 'N/A', 'I1!'],
  [0x4014, 'QUERY_FTE', 'TABLE_ID', 'FLOW_IX', 'I1! I2!'],
  [0x4015, 'QUERY_FTE_ALL', 'TABLE_ID', 'N/A', 'I1!'],
  [0x1318, 'FLOW_COUNTER', 'CNTR ID', 'N/A', 'I1!'],
  [0x1320, 'PKT_REFORMAT', 'CTX ID', 'N/A', 'I1!'],
  [0x1030, 'SHARED_BUFFER', 'N/A', 'N/A', ''],
  [0x103c, 'PAGE_HISTOGRAM', 'N/A', 'N/A', ''],
  [0x1040, 'SCHEDQ_INFO', 'SCHEDQ_IX', 'N/A', 'I1 N1a'],
  [0x104b, 'VQOS_TREE', 'SKIP_LOCK', 'N/A', 'I1'],
  [0x1050, 'VQOS_DISTLIST', 'N/A', 'N/A', ''],
  [0x1048, 'VLQ_GVMI_VLQ_SQ', 'N/A', 'N/A', ''],
  [0x1053, 'PACKET_PACING', 'PP_IX', 'N/A', 'I1 N1a'],
];

/** Contexts of which a newer device dumps many at once [invented]; see Population.countedContexts. */
const COUNTED = [
  'FULL_QPC',
  'FULL_CQC',
  'FULL_EQC',
  'FULL_SRQC',
  'MKEY_CONTEXT',
  'PRM_QUERY_QP',
  'PRM_QUERY_CQ',
  'PRM_QUERY_MKEY',
];

export const sampleMenu: readonly MenuRecord[] = rows.map(([type, name, index1, index2, flags]) => ({
  type,
  name,
  index1,
  index2,
  flags: parseFlags(flags),
}));

export const countedMenu: readonly MenuRecord[] = sampleMenu.map((record) =>
  COUNTED.includes(record.name)
    ? { ...record, flags: { ...record.flags, count1: 'yes', all1: true, active1: true } }
    : record,
);

function parseFlags(text: string): MenuFlags {
  const marks = (field: string): string | undefined =>
    text
      .split(' ')
      .find((flag) => flag.startsWith(field))
      ?.slice(field.length);
  const support = (field: string): Support => {
    const found = marks(field);
    return found === undefined ? 'no' : found.includes('!') ? 'must' : 'yes';
  };
  const takes = (field: string, mark: string): boolean => marks(field)?.includes(mark) === true;
  return {
    index1: support('I1'),
    index2: support('I2'),
    count1: support('N1'),
    count2: support('N2'),
    all1: takes('N1', 'A'),
    active1: takes('N1', 'a'),
    all2: takes('N2', 'A'),
    active2: takes('N2', 'a'),
  };
}
