import test from 'ava';
import { makeDevice } from './device.ts';
import { dump, segments, words } from './dump.ts';

/** Records of a real device's menu (README of the mlx5ctl tool): first word, name, names of the indices. */
const real: readonly (readonly [number, string, string, string])[] = [
  [0x0003_0002, 'HW_CQPC', 'QPN', 'N/A'],
  [0x0003_0003, 'HW_SQPC', 'QPN', 'N/A'],
  [0x0003_0004, 'HW_RQPC', 'QPN', 'N/A'],
  [0x0003_1100, 'FULL_SRQC', 'SRQN', 'N/A'],
  [0x0003_1200, 'FULL_CQC', 'CQN', 'N/A'],
  [0x0003_1300, 'FULL_EQC', 'EQN', 'N/A'],
  [0x0003_1000, 'FULL_QPC', 'QPN', 'N/A'],
  [0x0507_1001, 'SND_BUFF', 'QPN', 'WQEBB'],
  [0x0507_1002, 'RCV_BUFF', 'QPN', 'DS'],
  [0x0507_1101, 'SRQ_BUFF', 'SRQN', 'DS'],
  [0x0507_1201, 'CQ_BUFF', 'CQN', 'CQE'],
  [0x0507_1301, 'EQ_BUFF', 'EQN', 'EQE'],
  [0x0003_3000, 'SX_SLICE', 'SLICE', 'N/A'],
  [0x0000_3001, 'SX_SLICE_ALL', 'N/A', 'N/A'],
  [0x0003_2000, 'RX_SLICE', 'SLICE', 'N/A'],
  [0x0000_2001, 'RX_SLICE_ALL', 'N/A', 'N/A'],
  [0x0003_0021, 'MKEY_CONTEXT', 'MKEY_IX', 'N/A'],
  [0x000f_0005, 'RDB_CONTEXT', 'QPN', 'RDB_IX'],
  [0x0113_1310, 'STE_RANGE', 'STE_IX', 'N/A'],
  [0x0000_1311, 'STE_ALL', 'N/A', 'N/A'],
  [0x0000_1010, 'FUNC_SYND_REC', 'N/A', 'N/A'],
  [0x0113_1312, 'STE_GLOBAL_RNG', 'STE_IX', 'N/A'],
  [0x0003_1313, 'STE_ROOT', 'ROOT_IX', 'N/A'],
  [0x0031_2020, 'ICMC_INFO', 'SET', 'N/A'],
  [0x0003_4000, 'PRM_QUERY_QP', 'QPN', 'N/A'],
  [0x0003_4020, 'PRM_QUERY_CQ', 'CQN', 'N/A'],
  [0x0003_4030, 'PRM_QUERY_MKEY', 'MKEY_IDX', 'N/A'],
  [0x0000_4008, 'QUERY_VNIC_ENV', 'N/A', 'N/A'],
  [0x0113_1020, 'MDFY_HDR_RNG', 'MDFY_IX', 'N/A'],
  [0x0000_1021, 'MDFY_HDR_ALL', 'N/A', 'N/A'],
  [0x0003_4010, 'QUERY_FT', 'TABLE_ID', 'N/A'],
  [0x0000_4011, 'QUERY_FT_ALL', 'N/A', 'N/A'],
  [0x000f_4012, 'QUERY_FG', 'TABLE_ID', 'GROUP_ID'],
  [0x0003_4013, 'QUERY_FG_ALL', 'TABLE_ID', 'N/A'],
  [0x000f_4014, 'QUERY_FTE', 'TABLE_ID', 'FLOW_IX'],
  [0x0003_4015, 'QUERY_FTE_ALL', 'TABLE_ID', 'N/A'],
  [0x0003_1318, 'FLOW_COUNTER', 'CNTR ID', 'N/A'],
  [0x0003_1320, 'PKT_REFORMAT', 'CTX ID', 'N/A'],
  [0x0000_1030, 'SHARED_BUFFER', 'N/A', 'N/A'],
  [0x0000_103c, 'PAGE_HISTOGRAM', 'N/A', 'N/A'],
  [0x0091_1040, 'SCHEDQ_INFO', 'SCHEDQ_IX', 'N/A'],
  [0x0001_104b, 'VQOS_TREE', 'SKIP_LOCK', 'N/A'],
  [0x0000_1050, 'VQOS_DISTLIST', 'N/A', 'N/A'],
  [0x0000_1048, 'VLQ_GVMI_VLQ_SQ', 'N/A', 'N/A'],
  [0x0091_1053, 'PACKET_PACING', 'PP_IX', 'N/A'],
];

test('the menu is that of a real device, byte by byte', (t) => {
  const bytes = dump(makeDevice(), { type: 0xffff });
  t.is(bytes.length, 2388, '16 + 20 + 8 + 45 * 52 + 4');
  const [info, command, menu, terminate, ...rest] = segments(bytes);
  t.deepEqual(rest, []);
  // ConnectX-7: hardware 0x218; firmware 28.42.1000.
  t.deepEqual(words(info!.bytes), [0x0004_fffe, 1, 0x218, 0x1c2a_03e8]);
  t.deepEqual(words(command!.bytes), [0x0005_fffa, 0xffff_0000, 0, 0, 0]);
  t.deepEqual(words(menu!.bytes.subarray(0, 8)), [0x0000_ffff + (587 << 16), 45]);
  t.deepEqual(words(terminate!.bytes), [0x0001_fffb]);
  const text = (at: number): string =>
    Buffer.from(menu!.bytes.subarray(at, at + 16))
      .toString('latin1')
      .replace(/\0+$/, '');
  for (const [at, [word, name, index1, index2]] of real.entries()) {
    const record = 8 + 52 * at;
    t.is(words(menu!.bytes.subarray(record, record + 4))[0], word, name);
    t.deepEqual([text(record + 4), text(record + 20), text(record + 36)], [name, index1, index2]);
  }
});
