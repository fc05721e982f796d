import test from 'ava';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import { STATUS } from '../../src/prm/index.ts';
import { generalPage } from '../scriptedChannel.ts';
import { collect } from './collecting.ts';

const dump = (mode?: 'Current' | 'Maximum' | 'Both'): CollectorSpec => ({
  name: 'caps',
  type: 'CapabilityDump',
  capabilityDump: mode === undefined ? {} : { mode },
});

test('pages that the general page offers are read, others are not', (t) => {
  const general = (): Uint8Array => generalPage({ roce: 1, debug: 1, hca_cap_2: 1 });
  const { keys } = collect(dump(), { handlers: { 'cap 0': general } });
  t.true(keys.includes('GENERAL{current=1}'));
  for (const name of ['ROCE', 'DEBUG', 'GENERAL_2']) t.true(keys.includes(`${name}{current=1}`), name);
  for (const name of ['QOS', 'ATOMIC', 'TLS']) t.false(keys.includes(`${name}{current=1}`), name);
});

test('both modes are read one after another', (t) => {
  const { keys } = collect(dump('Both'));
  t.is(keys.filter((key) => key.includes('current=1')).length, keys.filter((key) => key.includes('current=0')).length);
  t.deepEqual(collect(dump('Maximum')).keys.slice(0, 2), ['QUERY_ADAPTER', 'GENERAL{current=0}']);
});

test('the page DEBUG is asked for with room for its diagnostic counters', (t) => {
  const general = (): Uint8Array => generalPage({ debug: 1, num_of_diagnostic_counters: 30 });
  const { items } = collect(dump(), { handlers: { 'cap 0': general } });
  t.is(items.find(({ name }) => name === 'DEBUG')?.frames[0]?.outbox.length, 16 + 4096 + 4 * 30);
});

test('a page without a gate that firmware has not is absent', (t) => {
  const { items } = collect(dump(), { handlers: { 'cap 26': () => ({ status: STATUS.BAD_PARAM }) } });
  t.is(items.find(({ name }) => name === 'CRYPTO')?.outcome, 'absent');
});

test('a function that tells none of its capabilities is Unsupported', (t) => {
  const handlers = Object.fromEntries(
    Array.from({ length: 64 }, (_, type) => [`cap ${type}`, () => ({ status: STATUS.BAD_SYS_STATE })]),
  );
  t.is(collect(dump(), { handlers }).stop?.reason, 'Unsupported');
});
