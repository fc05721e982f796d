import test from 'ava';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import { STATUS } from '../../src/prm/index.ts';
import { generalPage } from '../scriptedChannel.ts';
import { collect } from './collecting.ts';

const config = (nvConfig?: Extract<CollectorSpec, { type: 'NvConfig' }>['nvConfig']): CollectorSpec => ({
  name: 'conf',
  type: 'NvConfig',
  ...(nvConfig === undefined ? {} : { nvConfig }),
});

/** MNVQC: readable and writable. */
const readable = (): Uint8Array => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 3);

test('settings of each port are asked for, and of one function', (t) => {
  const handlers = { 'cap 0': () => generalPage({ num_ports: 2 }), MNVQC: () => ({ status: STATUS.OK }) };
  const { keys } = collect(config(), { handlers });
  const asked = (type: number): boolean => keys.includes(`MNVQC{type=0x${type.toString(16)}}`);
  for (const type of [0x80, 0x0101_0012, 0x0102_0012, 0x0300_0080]) t.true(asked(type), type.toString(16));
  for (const type of [0x0103_0012, 0x0300_0480]) t.false(asked(type), type.toString(16));
});

test('what MNVQC does not call readable is not read', (t) => {
  const { keys } = collect(config({ types: ['0x80', '0x82'] }), { handlers: { MNVQC: () => new Uint8Array(8) } });
  t.deepEqual(keys, ['MNVGC', 'MNVQC{type=0x80}', 'MNVQC{type=0x82}']);
});

test('values that firmware cannot tell are not asked for', (t) => {
  // nvda_read_factory_settings .0, nvda_read_current_settings .1.
  const modes = (bits: number): readonly string[] => {
    const handlers = { MNVQC: readable, MNVGC: () => Uint8Array.of(0, 0, 0, bits, ...new Uint8Array(12)) };
    const { items } = collect(config({ types: ['0x82'] }), { handlers });
    return items
      .filter(({ name }) => name === 'MNVDA')
      .map(({ index }) => String(index['configuration_item_header.access_mode']));
  };
  t.deepEqual(modes(0b11), ['1', '0', '2']);
  t.deepEqual(modes(0b10), ['1', '0']);
  t.deepEqual(modes(0b01), ['0', '2']);
  t.deepEqual(modes(0), ['0']);
});

test('what a card can is asked for once', (t) => {
  const { items } = collect(config({ types: ['0x81'] }), {
    handlers: { MNVQC: readable, MNVGC: () => Uint8Array.of(0, 0, 0, 3, ...new Uint8Array(12)) },
  });
  t.is(items.filter(({ name }) => name === 'MNVDA').length, 1);
});

for (const status of [STATUS.BAD_RES, 0xf, STATUS.BAD_PARAM, STATUS.BAD_SYS_STATE]) {
  test(`a setting that was never set is absent, no error: status ${status}`, (t) => {
    const { items, stop } = collect(config({ types: ['0x82'], values: ['NextBoot'] }), {
      handlers: { MNVQC: readable, MNVDA: () => ({ status }) },
    });
    t.is(items.at(-1)?.outcome, 'absent');
    t.is(stop, undefined);
  });
}

test('any other refusal is an error item', (t) => {
  const { items } = collect(config({ types: ['0x82'], values: ['NextBoot'] }), {
    handlers: { MNVQC: readable, MNVDA: () => ({ status: 1 }) },
  });
  t.is(items.at(-1)?.outcome, 'refused');
});

test('a function that tells nothing of its configuration is Unsupported', (t) => {
  const { stop } = collect(config(), { handlers: { MNVQC: () => ({ status: STATUS.BAD_SYS_STATE }) } });
  t.is(stop?.reason, 'Unsupported');
  t.regex(stop?.message ?? '', /limited function/);
});

test('a second run reads only what the first has not', (t) => {
  const handlers = { MNVQC: readable };
  const spec = config({ types: ['0x82', '0x84'], values: ['NextBoot'] });
  const first = collect(spec, { handlers });
  const second = collect(spec, { handlers, done: first.items.slice(0, 3) });
  t.deepEqual(second.keys, first.keys.slice(3));
});
