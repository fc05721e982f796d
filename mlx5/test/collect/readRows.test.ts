import test from 'ava';
import { createByteSlab } from '../../src/collect/byteSlab.ts';
import { createCommandRunner } from '../../src/collect/commandRunner.ts';
import type { Item } from '../../src/collect/item.ts';
import { readRows } from '../../src/collect/readRows.ts';
import type { RegisterRow } from '../../src/collect/registerRow.ts';
import { createRegisterSession } from '../../src/collect/registerSession.ts';
import { generalPage, type Handler, register, scriptedChannel } from '../scriptedChannel.ts';
import { device } from './collecting.ts';

const ROWS: readonly RegisterRow[] = [
  { register: 'MGIR', always: true },
  { register: 'PAOS', index: { local_port: 'port' } },
  { register: 'PTYS', index: { local_port: 'port', proto_mask: 4 }, when: { portType: 'Ethernet' } },
  { register: 'SLTP', index: { local_port: 'port', lane: 'lane' } },
  { register: 'PMAOS', index: { module: 'module' } },
  { register: 'MCIA', index: { module: 'module' } },
  { register: 'MTMP', index: { sensor_index: 'sensor' } },
];

const laneOf = (module: number): Handler => register('PMLP', { width: 1, lane_module_mapping: [{ module }] });

/** Cards that answer differently to what steers the reading. */
const CARDS: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  plain: {},
  twoPorts: { 'cap 0': () => generalPage({ num_ports: 2 }) },
  infiniBand: { 'cap 0': () => generalPage({ port_type: 0 }) },
  otherModule: { PMLP: laneOf(3) },
  noLanes: { PMLP: () => ({ status: 3 }) },
  noMasks: { 'cap 0': () => generalPage({ mcam_reg: 0, pcam_reg: 0 }) },
  noGeneral: { 'cap 0': () => ({ status: 3 }) },
  oneSensor: { MTCAP: register('MTCAP', { sensor_count: 1, sensor_map: 4n }) },
  module: { MCIA: register('MCIA', { dword: [0x18000000] }) },
};

function keysOf(rows: readonly RegisterRow[], handlers: Readonly<Record<string, Handler>>, done: readonly Item[] = []) {
  const channel = scriptedChannel(handlers);
  const control = { cancelled: () => false, commandBegins() {}, commandEnds() {}, pause() {} };
  const budget = { left: Number.MAX_SAFE_INTEGER };
  const runner = createCommandRunner({ device, channel, control, slab: createByteSlab(), budget });
  const session = createRegisterSession({ device, runner, done: new Map(done.map((item) => [item.key, item])) });
  const items = [...readRows(session, rows, false)];
  return { items, keys: items.map(({ key }) => key), commands: channel.log.length };
}

test('a card is read the same whether its kind was read before or not, and whatever was read in between', (t) => {
  const fresh = Object.fromEntries(
    Object.entries(CARDS).map(([name, handlers]) => [name, keysOf([...ROWS], handlers).keys]),
  );
  // All but one: of a card that tells nothing about itself everything is tried.
  t.is(new Set(Object.values(fresh).map(String)).size, Object.keys(CARDS).length - 1);
  const names = Object.keys(CARDS);
  // Each after each.
  for (const first of names) {
    for (const name of [first, ...names])
      t.deepEqual(keysOf(ROWS, CARDS[name]!).keys, fresh[name], `${name} after ${first}`);
  }
});

test('what a followed course reads is read once, also when the device turns out to be another', (t) => {
  for (const handlers of [...Object.values(CARDS), ...Object.values(CARDS)]) {
    const { keys, commands } = keysOf(ROWS, handlers);
    t.is(new Set(keys).size, keys.length);
    t.is(commands, keys.length);
  }
});

test('a course goes on behind what an earlier run has read', (t) => {
  const whole = keysOf(ROWS, {});
  for (let cut = 0; cut <= whole.items.length; cut += 1) {
    const rest = keysOf(ROWS, {}, whole.items.slice(0, cut));
    t.deepEqual(rest.keys, whole.keys.slice(cut), `after ${cut}`);
  }
});
