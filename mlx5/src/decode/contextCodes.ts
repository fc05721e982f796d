import type { CodeTable } from './codeTables.ts';

const QUEUE_STATE: CodeTable = { 0: 'RST', 1: 'RDY', 3: 'ERR' };
const ARMED: CodeTable = { 9: 'ARMED', 10: 'FIRED' };

/** Words for the states of firmware objects, by layout and field.
 * @source mlx5_ifc.h and qp.h of the Linux kernel */
export const CONTEXT_CODES: Readonly<Record<string, CodeTable>> = {
  'qpc.state': {
    0: 'RST',
    1: 'INIT',
    2: 'RTR',
    3: 'RTS',
    4: 'SQER',
    5: 'SQD',
    6: 'ERR',
    7: 'SQD (draining)',
    9: 'SUSPENDED',
  },
  'qpc.st': {
    0: 'RC',
    1: 'UC',
    2: 'UD',
    3: 'XRC',
    4: 'MLX',
    5: 'DCI',
    6: 'DCT',
    7: 'QP0',
    8: 'QP1',
    9: 'RAW_ETHERTYPE',
    10: 'RAW_IPV6',
    11: 'SNIFFER',
    12: 'REG_UMR',
    13: 'PTP_1588',
    14: 'SYNC_UMR',
  },
  'qpc.pm_state': { 0: 'ARMED', 1: 'REARM', 3: 'MIGRATED' },
  'qpc.mtu': { 1: '256 B', 2: '512 B', 3: '1 KiB', 4: '2 KiB', 5: '4 KiB', 7: 'raw Ethernet' },
  'cqc.status': { 0: 'OK', 9: 'CQ_OVERFLOW', 10: 'CQ_WRITE_FAIL' },
  'cqc.st': { 6: 'SOLICITED_ARMED', ...ARMED },
  'cqc.cqe_sz': { 0: '64 B', 1: '128 B' },
  'cqc.cq_period_mode': { 0: 'START_FROM_EQE', 1: 'START_FROM_CQE' },
  'eqc.status': { 0: 'OK', 10: 'EQ_WRITE_FAILURE' },
  'eqc.st': ARMED,
  'sqc.state': QUEUE_STATE,
  'rqc.state': QUEUE_STATE,
  'rmpc.state': QUEUE_STATE,
  'mkc.access_mode_1_0': { 0: 'PA', 1: 'MTT', 2: 'KLMS', 3: 'KSM' },
  'tirc.disp_type': { 0: 'DIRECT', 1: 'INDIRECT' },
  'query_vport_state_out.state': { 0: 'DOWN', 1: 'UP', 2: 'FOLLOW' },
  'query_vport_state_out.admin_state': { 0: 'DOWN', 1: 'UP', 2: 'FOLLOW' },
};
