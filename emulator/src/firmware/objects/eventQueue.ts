import type { Values } from '../layout/structWriter.ts';
import { FIRST } from './inventory.ts';
import type { Objects } from './objects.ts';

const ARMED = 0x9;
const draws = { rate: 40 } as const;

/** What an event queue reports. */
export type EventRole = 'commands' | 'events' | 'pages' | 'completions';
const DRIVER_ROLES: readonly EventRole[] = ['commands', 'events', 'pages'];

/** Events of the driver's queues, as bits of QUERY_EQ.event_bitmask: command completion (0xa); port change (0x9),
 * temperature warning (0x17), catastrophic errors of queues (0x4, 0x5, 0x7, 0x10–0x13), general (0x22); page request
 * (0xb). A completion queue's EQ has none. */
const BITMASKS: Readonly<Record<EventRole, number>> = {
  commands: bits(0xa),
  events: bits(0x4, 0x5, 0x7, 0x9, 0x10, 0x11, 0x12, 0x13, 0x17, 0x22),
  pages: bits(0xb),
  completions: 0,
};

export interface EventQueue {
  readonly eqn: number;
  readonly role: EventRole;
  readonly logEntries: number;
  readonly vector: number;
  /** Events since the queue was made; all of them have been taken. */
  readonly produced: number;
  readonly bitmask: number;
}

/** One event queue as it is now.
 * @param eqn one that is there */
export function eventQueue(objects: Objects, eqn: number): EventQueue {
  const role = DRIVER_ROLES[eqn - FIRST.EQN] ?? 'completions';
  const active = objects.port.activeSeconds();
  const produced: Readonly<Record<EventRole, () => number>> = {
    commands: () => 900 + Math.floor(objects.card.uptimeSeconds() / 5),
    events: () => 1 + 2 * objects.port.linkDownEvents + Number(objects.port.up),
    pages: () => 12,
    completions: () => Math.floor(active * (200 + 4000 * objects.draw(eqn, draws.rate))),
  };
  return {
    eqn,
    role,
    logEntries: role === 'completions' ? 11 : 8,
    // The driver's three share the first vector.
    vector: Math.max(0, eqn - FIRST.COMPLETION_EQN + 1),
    produced: produced[role](),
    bitmask: BITMASKS[role],
  };
}

/** eqc by field. */
export function eqcValues(objects: Objects, eqn: number): Values {
  const { logEntries, vector, produced } = eventQueue(objects, eqn);
  return {
    st: ARMED,
    log_eq_size: logEntries,
    uar_page: 0x40,
    intr: vector,
    consumer_counter: produced % 2 ** 24,
    producer_counter: produced % 2 ** 24,
  };
}

function bits(...events: readonly number[]): number {
  return events.reduce((mask, event) => mask + 2 ** event, 0);
}
