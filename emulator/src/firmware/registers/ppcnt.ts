import type { Card } from '../card.ts';
import type { Port } from '../state/port.ts';
import { refuse } from '../status.ts';
import { type CounterGroup, countedBy, counterGroups } from './ppcntGroups.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

/** counter_set starts here. */
const DATA = 8;
/** With a write and clr: every group. */
const ALL_GROUPS = 0x3f;

const groups = new Map(counterGroups.map((group) => [group.grp, group]));

/** Port counters (reference 12.6). `clr` works on reads as well: the values are returned, then cleared. */
export const ppcnt: RegisterRow = {
  name: 'PPCNT',
  writable: true,
  harmless: ['counters_cap'],
  checks: { grp_profile: (value) => value === 0, lp_gl: (value) => value === 0 },
  read: (access) => {
    if (access.field('grp') === ALL_GROUPS) return refuse('BAD_PARAM', 'PPCNT.grp');
    const group = groups.get(access.field('grp'));
    const prioTc = access.field('prio_tc');
    if (group === undefined || !fits(group, access.port, prioTc)) return refuse('BAD_PARAM', 'PPCNT.grp');
    if (access.field('counters_cap') === 1) {
      const names = Object.keys(group.counters(countedBy(access.card, access.port, 0, prioTc)));
      access.part(group.layout, DATA, Object.fromEntries(names.map((name) => [name, 1])));
      return {};
    }
    report(access, group, prioTc);
    if (access.field('clr') === 1) clear(access.card, access.port, group, prioTc);
    return {};
  },
  wrote: ({ card, port, field }) => {
    if (field('clr') !== 1) return undefined;
    const grp = field('grp');
    for (const group of counterGroups) {
      if (grp !== ALL_GROUPS && grp !== group.grp) continue;
      for (let prioTc = 0; prioTc <= (group.prioTc ?? 0); prioTc++) clear(card, port, group, prioTc);
    }
    return undefined;
  },
};

function fits(group: CounterGroup, port: Port, prioTc: number): boolean {
  return (group.protocol ?? port.mode.protocol) === port.mode.protocol && prioTc <= (group.prioTc ?? 0);
}

function report({ card, port, part }: RegisterAccess, group: CounterGroup, prioTc: number): void {
  const counters = group.counters(countedBy(card, port, port.activeSeconds(), prioTc));
  const cleared = card.cleared.get(keyOf(group, port, prioTc));
  if (cleared !== undefined) {
    for (const [name, value] of Object.entries(cleared.counters)) counters[name] = (counters[name] ?? 0) - value;
  }
  for (const [name, bits] of Object.entries(group.saturating ?? {})) {
    counters[name] = Math.min(counters[name] ?? 0, 2 ** bits - 1);
  }
  part(group.layout, DATA, counters);
  const clearedMs = Math.floor((card.uptimeSeconds() - (cleared?.atSeconds ?? 0)) * 1000);
  if (group.derived !== undefined) part(group.layout, DATA, group.derived(counters, port, clearedMs));
}

function clear(card: Card, port: Port, group: CounterGroup, prioTc: number): void {
  card.cleared.set(keyOf(group, port, prioTc), {
    atSeconds: card.uptimeSeconds(),
    counters: group.counters(countedBy(card, port, port.activeSeconds(), prioTc)),
  });
}

function keyOf(group: CounterGroup, port: Port, prioTc: number): string {
  return `PPCNT ${port.number} ${group.grp} ${prioTc}`;
}
