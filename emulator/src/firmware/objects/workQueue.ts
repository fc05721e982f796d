import type { Values } from '../layout/structWriter.ts';
import { FIRST, type NetdevQueues } from './inventory.ts';
import { kind, type Objects } from './objects.ts';

/** sqc.state, rqc.state and rmpc.state. */
const READY = 1;
/** wq.wq_type. */
const wqType = { LINKED_LIST: 0, CYCLIC: 1 } as const;
const LOG_ENTRIES = 10;
const COUNTER_16 = 2 ** 16;

/** A send or receive queue of a netdev. */
export interface WorkQueue {
  readonly number: number;
  readonly netdev: NetdevQueues;
  readonly channel: number;
  /** Send queues of a channel: 0 for packets, 1 for the driver itself. */
  readonly internal: boolean;
  readonly cqn: number;
  /** log2 of entries and of their bytes. */
  readonly logEntries: number;
  readonly logStride: number;
  /** Entries that hardware has finished, and that software has posted. */
  readonly finished: number;
  readonly posted: number;
}

/** One send queue as it is now.
 * @param sqn one that is there */
export function sendQueue(objects: Objects, sqn: number): WorkQueue {
  const { inventory } = objects;
  const perNetdev = 2 * inventory.cores;
  const netdev = netdevAt(objects, Math.floor((sqn - FIRST.SQN) / perNetdev));
  const at = sqn - netdev.firstSqn;
  const internal = at % 2 === 1;
  const finished = finishedOn(objects, netdev, internal ? 'internal' : 'tx');
  return {
    number: sqn,
    netdev,
    channel: at >>> 1,
    internal,
    cqn: netdev.firstCqn + 3 * (at >>> 1) + (internal ? 2 : 1),
    logEntries: internal ? LOG_ENTRIES - 4 : LOG_ENTRIES,
    logStride: 6,
    finished,
    posted: finished,
  };
}

/** One receive queue as it is now; software keeps it full.
 * @param rqn one that is there */
export function receiveQueue(objects: Objects, rqn: number): WorkQueue {
  const { cores, netdevs } = objects.inventory;
  const netdev = netdevAt(objects, Math.floor((rqn - (netdevs[0]?.firstRqn ?? 0)) / cores));
  const channel = rqn - netdev.firstRqn;
  const finished = finishedOn(objects, netdev, 'rx');
  return {
    number: rqn,
    netdev,
    channel,
    internal: false,
    cqn: netdev.firstCqn + 3 * channel,
    logEntries: LOG_ENTRIES,
    logStride: 4,
    finished,
    posted: finished + 2 ** LOG_ENTRIES - 1,
  };
}

/** What a channel's queue has done since the device started: channels share a port's frames. */
export function finishedOn(objects: Objects, netdev: NetdevQueues, what: 'tx' | 'rx' | 'internal'): number {
  const port = objects.card.ports[netdev.port - 1] ?? objects.port;
  const active = port.activeSeconds();
  if (what === 'internal') return Math.floor(active / 4);
  return Math.floor(objects.card.traffic(port, what, active).frames / objects.inventory.cores);
}

function netdevAt({ inventory }: Objects, index: number): NetdevQueues {
  const netdev = inventory.netdevs[index];
  if (netdev === undefined) throw new Error(`there is no netdev ${index}`);
  return netdev;
}

/** sqc by field. */
export function sqcValues(objects: Objects, sqn: number): Values {
  const queue = sendQueue(objects, sqn);
  return {
    flush_in_error_en: 1,
    allow_multi_pkt_send_wqe: 1,
    allow_swp: 1,
    reg_umr: queue.internal ? 1 : 0,
    state: READY,
    ts_format: 1,
    cqn: queue.cqn,
    tis_lst_sz: queue.internal ? 0 : 1,
    tis_num_0: queue.internal ? 0 : queue.netdev.firstTisn,
    ...wqValues(objects, queue, kind.SQ),
  };
}

/** rqc by field. */
export function rqcValues(objects: Objects, rqn: number): Values {
  const queue = receiveQueue(objects, rqn);
  return {
    vsd: 1,
    state: READY,
    flush_in_error_en: 1,
    ts_format: 1,
    cqn: queue.cqn,
    counter_set_id: queue.netdev.counterSet,
    ...wqValues(objects, queue, kind.RQ),
  };
}

function wqValues(objects: Objects, queue: WorkQueue, of: number): Values {
  return {
    'wq.wq_type': wqType.CYCLIC,
    'wq.pd': queue.netdev.pd,
    'wq.uar_page': 0x40,
    'wq.dbr_addr': objects.doorbellAddress(of, queue.number),
    'wq.hw_counter': queue.finished % COUNTER_16,
    'wq.sw_counter': queue.posted % COUNTER_16,
    'wq.log_wq_stride': queue.logStride,
    'wq.log_wq_sz': queue.logEntries,
  };
}

/** rmpc by field: a memory pool that several receive queues of a program could share. */
export function rmpcValues(objects: Objects, rmpn: number): Values {
  return {
    state: READY,
    basic_cyclic_rcv_wqe: 0,
    'wq.wq_type': wqType.LINKED_LIST,
    'wq.lwm': 16,
    'wq.pd': FIRST.PROGRAM_PD,
    'wq.dbr_addr': objects.doorbellAddress(kind.RMP, rmpn),
    'wq.hw_counter': 0,
    'wq.sw_counter': 512,
    'wq.log_wq_stride': 6,
    'wq.log_wq_sz': 9,
  };
}
