import type { Values } from '../layout/structWriter.ts';
import { drawInteger } from './draw.ts';
import { FIRST, type Program } from './inventory.ts';
import { kind, type Objects } from './objects.ts';

const draws = { filled: 80, key: 81, gid: 82 } as const;
/** srqc.state and xrc_srqc.state: good. */
const GOOD = 0;
const DCT_ACTIVE = 0;
const COUNTER_16 = 2 ** 16;
const LOG_ENTRIES = 9;

/** A shared receive queue as it is now. */
export interface SharedReceiveQueue {
  readonly srqn: number;
  readonly program: Program;
  readonly logEntries: number;
  /** log2 of an entry's bytes over 16. */
  readonly logStride: number;
  /** Entries that software has posted, and that wait to be used. */
  readonly posted: number;
  readonly waiting: number;
}

/** @param srqn an SRQ or XRC SRQ that is there */
export function sharedReceiveQueue(objects: Objects, srqn: number): SharedReceiveQueue {
  const { inventory, port, draw } = objects;
  const program = inventory.programOfSrq(srqn);
  const waiting = drawInteger(draw, srqn, draws.filled, 2 ** (LOG_ENTRIES - 1), 2 ** LOG_ENTRIES - 1);
  return {
    srqn,
    program,
    logEntries: LOG_ENTRIES,
    logStride: 1,
    posted: waiting + Math.floor(port.activeSeconds() * 900),
    waiting,
  };
}

/** srqc by field. */
export function srqcValues(objects: Objects, srqn: number): Values {
  const { program, logEntries, logStride, waiting } = sharedReceiveQueue(objects, srqn);
  return {
    state: GOOD,
    log_srq_size: logEntries,
    rlky: 0,
    log_rq_stride: logStride,
    cqn: program.receiveCq,
    pd: program.pd,
    lwm: 32,
    wqe_cnt: waiting,
    dbr_addr: objects.doorbellAddress(kind.SRQ, srqn),
  };
}

/** xrc_srqc by field. */
export function xrcSrqcValues(objects: Objects, srqn: number): Values {
  const { program, logEntries, logStride, waiting } = sharedReceiveQueue(objects, srqn);
  const doorbell = objects.doorbellAddress(kind.SRQ, srqn);
  return {
    state: GOOD,
    log_xrc_srq_size: logEntries,
    log_rq_stride: logStride,
    xrcd: 1 + program.index,
    cqn: program.receiveCq,
    user_index_equal_xrc_srqn: 1,
    user_index: srqn,
    pd: program.pd,
    lwm: 32,
    wqe_cnt: waiting,
    db_record_addr_h: Math.floor(doorbell / 2 ** 32),
    db_record_addr_l: (doorbell % 2 ** 32) >>> 2,
  };
}

/** dctc by field: the receiving end of a dynamically connected transport. */
export function dctcValues(objects: Objects, dctn: number): Values {
  const { draw, inventory, port } = objects;
  const program = inventory.programOfDct(dctn);
  return {
    state: DCT_ACTIVE,
    user_index: dctn,
    cqn: program.receiveCq,
    counter_set_id: FIRST.PORT_COUNTER_SET,
    rre: 1,
    rwe: 1,
    rae: 1,
    min_rnr_nak: 12,
    srqn_xrqn: 0,
    pd: program.pd,
    dc_access_key: drawInteger(draw, dctn, draws.key, 1, 2 ** 32),
    mtu: 5,
    port: port.number,
    my_addr_index: 3,
    hop_limit: 64,
  };
}

/** xrqc by field: tag matching. */
export function xrqcValues(objects: Objects, xrqn: number): Values {
  const program = objects.inventory.programOfXrq(xrqn);
  const active = Math.floor(objects.port.activeSeconds() * 60);
  return {
    state: GOOD,
    topology: 1,
    offload: 1,
    user_index: xrqn,
    cqn: program.receiveCq,
    'tag_matching_topology_context.log_matching_list_sz': 6,
    'tag_matching_topology_context.append_next_index': active % 64,
    'tag_matching_topology_context.sw_phase_cnt': active % COUNTER_16,
    'tag_matching_topology_context.hw_phase_cnt': active % COUNTER_16,
    'wq.wq_type': 0,
    'wq.pd': program.pd,
    'wq.dbr_addr': objects.doorbellAddress(kind.XRQ, xrqn),
    'wq.log_wq_stride': 5,
    'wq.log_wq_sz': 8,
  };
}
