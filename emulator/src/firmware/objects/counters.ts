import type { Card } from '../card.ts';
import type { Port } from '../state/port.ts';
import { FIRST } from './inventory.ts';
import type { Objects } from './objects.ts';

/** Counters by name; a clear makes them count from 0 again. */
export type Counters = Readonly<Record<string, number>>;

/** What is counted since a client cleared it.
 * @param key names the counter set on its card */
export function sinceCleared(card: Card, key: string, counters: Counters): Counters {
  const before = card.cleared.get(key)?.counters;
  if (before === undefined) return counters;
  return Object.fromEntries(Object.entries(counters).map(([name, value]) => [name, value - (before[name] ?? 0)]));
}

/** Remembers what has been counted so far. */
export function clearCounters(card: Card, key: string, counters: Counters): void {
  card.cleared.set(key, { atSeconds: card.uptimeSeconds(), counters });
}

/** How often things of QUERY_Q_COUNTER happen, a second of link; what is not listed never has. */
const qRates: Readonly<Record<string, number>> = {
  rx_write_requests: 41_000,
  rx_read_requests: 1_900,
  rx_atomic_requests: 12,
  rx_dct_connect: 0.02,
  out_of_buffer: 0.004,
  out_of_sequence: 0.03,
  duplicate_request: 0.002,
  rnr_nak_retry_err: 0.0005,
  packet_seq_err: 0.003,
  implied_nak_seq_err: 0.0004,
  local_ack_timeout_err: 0.001,
  req_cqe_error: 0.0001,
  req_cqe_flush_error: 0.0001,
  roce_adp_retrans: 0.002,
  roce_slow_restart: 0.0002,
};

/** Fields of query_q_counter_out. Counters have 32 bits and wrap.
 * @param set counter_set_id, one that is there */
export function qCounters({ port, draw }: Objects, set: number): Counters {
  const active = port.activeSeconds();
  // Sets of netdevs count what finds no buffer, nothing of RDMA.
  const rdma = set >= FIRST.PORT_COUNTER_SET;
  return Object.fromEntries(
    Object.entries(qRates)
      .filter(([name]) => rdma || name === 'out_of_buffer')
      .map(([name, rate], at) => [name, Math.floor(active * rate * (0.5 + draw(set, 120 + at)))]),
  );
}

/** Fields of vnic_diagnostic_statistics. */
export function vnicCounters({ port, card }: Objects): Counters {
  const active = port.activeSeconds();
  return {
    // The queue pairs in error of programs are not among them: their owner has seen it.
    total_error_queues: 0,
    send_queue_priority_update_flow: Math.floor(active / 1e6),
    nic_receive_steering_discard: Math.floor(active / 40),
    receive_discard_vport_down: port.linkDownEvents * 3,
    transmit_discard_vport_down: 0,
    invalid_command: 2,
    internal_rq_out_of_buffer: Math.floor(card.uptimeSeconds() / 1e5),
  };
}

/** Fields of query_vport_counter_out, `<kind>.packets` and `<kind>.octets`. A port's traffic belongs to its physical
 * function. */
export function vportCounters(
  { card, profile }: Pick<Objects, 'card' | 'profile'>,
  port: Port,
  vport: number,
): Counters {
  const own = profile.type === 'PF' ? vport === 0 : true;
  const link = port.mode.protocol === 'ethernet' ? 'eth' : 'ib';
  const counters: Record<string, number> = {};
  for (const [direction, word] of [
    ['rx', 'received'],
    ['tx', 'transmitted'],
  ] as const) {
    const share = own && profile.type === 'PF' ? 1 : 0;
    const { octets, frames, unicast, multicast, broadcast } = card.traffic(port, direction, port.activeSeconds());
    const mean = frames === 0 ? 0 : octets / frames;
    const count = (kind: string, packets: number): void => {
      counters[`${word}_${link}_${kind}.packets`] = packets * share;
      counters[`${word}_${link}_${kind}.octets`] = Math.floor(packets * mean) * share;
    };
    count('unicast', unicast);
    count('multicast', multicast);
    if (link === 'eth') count('broadcast', broadcast);
  }
  return counters;
}
