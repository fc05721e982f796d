import type { Values } from '../layout/structWriter.ts';
import { drawInteger } from './draw.ts';
import { cqUse, FIRST } from './inventory.ts';
import { kind, type Objects } from './objects.ts';
import { qpState, queuePair } from './queuePair.ts';
import { finishedOn } from './workQueue.ts';

const draws = { lag: 20 } as const;
const COUNTER_24 = 2 ** 24;
/** cqc.st. */
const cqState = { ARMED: 0x9, FIRED: 0xa } as const;

export interface CompletionQueue {
  readonly cqn: number;
  readonly eqn: number;
  readonly logEntries: number;
  /** log2 of the entry's size over 64 bytes. */
  readonly cqeSize: number;
  /** Entries that hardware has written, and that software has taken, since the queue was made. */
  readonly produced: number;
  readonly consumed: number;
}

/** One completion queue as it is now.
 * @param cqn one that is there */
export function completionQueue(objects: Objects, cqn: number): CompletionQueue {
  const { inventory, draw } = objects;
  const use = cqUse(inventory, cqn);
  const produced = producedOf(objects, cqn);
  const lag = use.by === 'management' ? 0 : drawInteger(draw, cqn, draws.lag, 0, 6);
  const channel = use.by === 'netdev' ? use.channel : use.by === 'program' ? use.program.index : 0;
  return {
    cqn,
    eqn: FIRST.COMPLETION_EQN + (channel % inventory.cores),
    logEntries: use.by === 'netdev' && use.role !== 'internal' ? 10 : 9,
    cqeSize: 0,
    produced,
    consumed: Math.max(0, produced - lag),
  };
}

const directions = { send: 'tx', receive: 'rx', internal: 'internal' } as const;

/** A completion for each finished request of the queues that report here. */
function producedOf(objects: Objects, cqn: number): number {
  const { inventory } = objects;
  const use = cqUse(inventory, cqn);
  switch (use.by) {
    case 'management':
      return [...managementQps(objects)].reduce((sum, { sent, received }) => sum + sent + received, 0);
    case 'program': {
      const { firstQpn, queuePairs } = use.program;
      let sum = 0;
      for (let qpn = firstQpn; qpn < firstQpn + queuePairs; qpn++) {
        const qp = queuePair(objects, qpn);
        if (use.role === 'receive') sum += qp.received;
        // A queue pair that fails reports what it will not do any more.
        else sum += qp.sent + (qp.state === qpState.ERR ? qp.backlog : 0);
      }
      return sum;
    }
    case 'netdev':
      return finishedOn(objects, use.netdev, directions[use.role]);
  }
}

function* managementQps(objects: Objects): Iterable<{ sent: number; received: number }> {
  const { qps } = objects.inventory;
  for (let qpn = qps.next(0); qpn !== undefined && qpn < FIRST.QPN; qpn = qps.next(qpn + 1)) {
    yield queuePair(objects, qpn);
  }
}

/** cqc by field. */
export function cqcValues(objects: Objects, cqn: number): Values {
  const { eqn, logEntries, produced, consumed } = completionQueue(objects, cqn);
  const use = cqUse(objects.inventory, cqn);
  const moderated = use.by === 'netdev' && use.role !== 'internal';
  return {
    st: produced === consumed ? cqState.ARMED : cqState.FIRED,
    log_cq_size: logEntries,
    uar_page: 0x40 + (use.by === 'program' ? 1 + (use.program.index % 512) : 0),
    cq_period_mode: moderated ? 1 : 0,
    cq_period: moderated ? 8 : 0,
    cq_max_count: moderated ? 128 : 0,
    c_eqn_or_apu_element: eqn,
    last_notified_index: Math.max(0, consumed - 1) % COUNTER_24,
    last_solicit_index: 0,
    consumer_counter: consumed % COUNTER_24,
    producer_counter: produced % COUNTER_24,
    dbr_addr: objects.doorbellAddress(kind.CQ, cqn),
  };
}
