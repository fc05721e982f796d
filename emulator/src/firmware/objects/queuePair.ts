import { structWriter, type Values } from '../layout/structWriter.ts';
import { drawInteger } from './draw.ts';
import { FIRST, GENERAL_SERVICES_QPN, MANAGEMENT_PD, type Program, programOfQp } from './inventory.ts';
import { kind, type Objects } from './objects.ts';

/** qpc.state. */
export const qpState = { RESET: 0, INIT: 1, RTR: 2, RTS: 3, SQER: 4, SQD: 5, ERR: 6 } as const;
/** qpc.st. */
export const serviceType = { RC: 0, UC: 1, UD: 2, QP0: 7, QP1: 8 } as const;
const MIGRATED = 3;
/** qpc.rq_type: there is no receive queue but a shared one. */
const FROM_SRQ = 1;

/** Properties that are drawn. */
const draws = { rate: 1, remoteQpn: 2, psn: 3, peerPsn: 4, peer: 5, backlog: 6, receives: 7, error: 8 } as const;

export interface QueuePair {
  readonly qpn: number;
  readonly state: number;
  readonly service: number;
  readonly pd: number;
  readonly sendCq: number;
  readonly receiveCq: number;
  /** log2 of the number of 64-byte blocks, and of receive entries of 2^logStride × 16 bytes. */
  readonly logSendBlocks: number;
  readonly logReceiveEntries: number;
  readonly logStride: number;
  /** Requests that software has posted and hardware has finished since the device started. */
  readonly sent: number;
  readonly received: number;
  /** Posted, not finished. */
  readonly backlog: number;
  readonly program: Program | undefined;
}

/** One queue pair as it is now.
 * @param qpn one that is there */
export function queuePair(objects: Objects, qpn: number): QueuePair {
  const { draw, port, inventory } = objects;
  const program = programOfQp(inventory, qpn);
  if (program === undefined) {
    const sent = Math.floor(port.activeSeconds() / 30);
    return {
      qpn,
      state: qpState.RTS,
      service: qpn === GENERAL_SERVICES_QPN ? serviceType.QP1 : serviceType.QP0,
      pd: MANAGEMENT_PD,
      sendCq: FIRST.MANAGEMENT_CQN,
      receiveCq: FIRST.MANAGEMENT_CQN,
      logSendBlocks: 8,
      logReceiveEntries: 9,
      logStride: 2,
      sent,
      received: sent,
      backlog: 0,
      program,
    };
  }
  const state = stateOf(qpn);
  const seconds = state === qpState.RTS ? port.activeSeconds() : state === qpState.INIT ? 0 : 3600;
  return {
    qpn,
    state,
    service: serviceType.RC,
    pd: program.pd,
    sendCq: program.sendCq,
    receiveCq: program.receiveCq,
    logSendBlocks: 8,
    logReceiveEntries: 8,
    logStride: 0,
    sent: Math.floor(seconds * (500 + 20_000 * draw(qpn, draws.rate))),
    received: Math.floor(seconds * (200 + 5_000 * draw(qpn, draws.receives))),
    backlog: state === qpState.INIT ? 0 : drawInteger(draw, qpn, draws.backlog, 0, state === qpState.RTS ? 24 : 200),
    program,
  };
}

/** Most are connected; here and there is one that waits for its peer, one that is drained, one that failed. */
function stateOf(qpn: number): number {
  const at = qpn - FIRST.QPN;
  if (at % 16 === 11) return qpState.INIT;
  if (at % 32 === 21) return qpState.ERR;
  if (at % 64 === 37) return qpState.SQD;
  return qpState.RTS;
}

const writeQpc = structWriter('qpc');
const writePath = structWriter('ads');
/** primary_address_path in qpc. */
const PRIMARY_PATH = 0x18;

/** Writes the context of a queue pair into bytes that are zero. In parts, each with few fields: one large object of them
 * all would take most of the time. */
export function fillQpc(objects: Objects, qpn: number, bytes: Uint8Array, at: number): void {
  const qp = queuePair(objects, qpn);
  writeQpc(bytes, at, resources(objects, qp));
  const srqn = qp.program === undefined ? undefined : objects.inventory.srqOfProgram(qp.program);
  if (srqn !== undefined)
    writeQpc(bytes, at, { rq_type: FROM_SRQ, srqn_rmpn_xrqn: srqn, log_rq_size: 0, log_rq_stride: 0 });
  if (qp.service !== serviceType.RC || qp.state === qpState.INIT) return;
  writeQpc(bytes, at, connection(objects, qp));
  writePath(bytes, at + PRIMARY_PATH, pathToPeer(objects, qpn));
}

const COUNTER_24 = 2 ** 24;

/** What a queue pair has, in whatever state. */
function resources(objects: Objects, qp: QueuePair): Values {
  const posted = qp.sent + qp.backlog;
  return {
    state: qp.state,
    st: qp.service,
    pm_state: MIGRATED,
    rlky: qp.program === undefined ? 1 : 0,
    pd: qp.pd,
    mtu: 5,
    log_msg_max: 30,
    log_rq_size: qp.logReceiveEntries,
    log_rq_stride: qp.logStride,
    log_sq_size: qp.logSendBlocks,
    ts_format: 1,
    counter_set_id: FIRST.PORT_COUNTER_SET,
    uar_page: 0x40 + (qp.program === undefined ? 0 : 1 + (qp.program.index % 512)),
    user_index: qp.program === undefined ? 0 : qp.qpn,
    cqn_snd: qp.sendCq,
    cqn_rcv: qp.receiveCq,
    dbr_addr: objects.doorbellAddress(kind.QP, qp.qpn),
    q_key: qp.program === undefined ? 0x8001_0000 : 0,
    hw_sq_wqebb_counter: qp.sent % 0x1_0000,
    sw_sq_wqebb_counter: posted % 0x1_0000,
    hw_rq_counter: qp.received % 2 ** 32,
    sw_rq_counter: (qp.received + 2 ** qp.logReceiveEntries) % 2 ** 32,
  };
}

/** What a connected queue pair knows of its peer. */
function connection({ draw }: Objects, qp: QueuePair): Values {
  const { qpn } = qp;
  const nextSend = (drawInteger(draw, qpn, draws.psn, 0, COUNTER_24) + 2 * qp.sent) % COUNTER_24;
  return {
    remote_qpn: drawInteger(draw, qpn, draws.remoteQpn, FIRST.QPN, 0x2_0000),
    log_ack_req_freq: 8,
    log_sra_max: 4,
    log_rra_max: 4,
    retry_count: 7,
    rnr_retry: 7,
    cur_rnr_retry: 7,
    cur_retry_count: qp.state === qpState.ERR ? 0 : 7,
    fre: 1,
    rre: 1,
    rwe: 1,
    rae: 1,
    atomic_mode: 3,
    min_rnr_nak: 12,
    next_send_psn: nextSend,
    last_acked_psn: (nextSend + COUNTER_24 - 1 - qp.backlog) % COUNTER_24,
    ssn: qp.sent % COUNTER_24,
    next_rcv_psn: (drawInteger(draw, qpn, draws.peerPsn, 0, COUNTER_24) + qp.received) % COUNTER_24,
    rmsn: qp.received % COUNTER_24,
  };
}

/** ads by field. */
function pathToPeer({ draw, port }: Objects, qpn: number): Values {
  const peer = drawInteger(draw, qpn, draws.peer, 0, 4096);
  if (port.mode.protocol === 'infiniband')
    return { ack_timeout: ACK_TIMEOUT, vhca_port_num: port.number, rlid: 0x10 + peer };
  return {
    ack_timeout: ACK_TIMEOUT,
    vhca_port_num: port.number,
    src_addr_index: 3,
    hop_limit: 64,
    tclass: 106,
    // The IPv4 address as an IPv6 one.
    'rgid_rip[10]': 0xff,
    'rgid_rip[11]': 0xff,
    'rgid_rip[12]': 10,
    'rgid_rip[13]': 32 + (peer >>> 10),
    'rgid_rip[14]': (peer >>> 2) & 0xff,
    'rgid_rip[15]': 16 + (peer & 3),
    ecn: 2,
    dscp: 26,
    udp_sport: 0xc000 | (Math.imul(qpn, 0x9e37) & 0x3fff),
    eth_prio: 3,
    rmac_47_32: 0xb83f,
    rmac_31_0: 0xd200_0000 + peer * 16,
  };
}

/** 4.096 µs × 2^18: a second. */
const ACK_TIMEOUT = 18;
