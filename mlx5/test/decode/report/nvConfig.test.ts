import test from 'ava';
import type { Item } from '../../../src/collect/item.ts';
import { type Report, reporterOf } from '../../../src/decode/index.ts';
import { registerItem } from '../../registerItem.ts';

const { report } = reporterOf('NvConfig')!;
const modes = { next: 0, current: 1, factory: 2 } as const;

/** An answer of MNVDA: length 0x0.0:9, access_mode .22:2, type 0x4, data from 0xc. */
function value(type: number, mode: keyof typeof modes, ...data: readonly number[]): Item {
  const words = Object.fromEntries(data.map((word, at) => [0xc + 4 * at, word]));
  return registerItem(
    'MNVDA',
    { 0: (modes[mode] << 22) | (4 * data.length), 4: type, ...words },
    { 'configuration_item_header.type': type, 'configuration_item_header.access_mode': modes[mode] },
  );
}

function rows(page: Report, title: string): readonly (readonly unknown[])[] {
  const section = page.sections.find((candidate) => candidate.title === title);
  return (section?.rows ?? []).map((row) => [
    row.label,
    row.value,
    ...(row.severity === undefined ? [] : [row.severity]),
  ]);
}

const KEEP_LINK_UP = 0x0101_0190;

test('a value that differs from the next reset on is marked; one that differs from delivery is named', (t) => {
  const page = report([
    value(KEEP_LINK_UP, 'current', 0b000001),
    value(KEEP_LINK_UP, 'next', 0b000011),
    value(KEEP_LINK_UP, 'factory', 0b000000),
  ]);
  t.deepEqual(rows(page, 'Waiting for a reset'), [
    ['KEEP_IB_LINK_UP (port 1)', 'False(0), from the next reset on True(1)', 'warning'],
  ]);
  t.deepEqual(rows(page, 'Changed since delivery'), [['KEEP_ETH_LINK_UP (port 1)', 'True(1), delivered as False(0)']]);
  t.deepEqual(rows(page, 'KEEP_LINK_UP of port 1').slice(0, 2), [
    ['KEEP_ETH_LINK_UP', 'True(1)'],
    ['KEEP_IB_LINK_UP', 'False(0)'],
  ]);
});

for (const [title, items, shown] of [
  ['only from the next reset on', [value(KEEP_LINK_UP, 'next', 1)], 'True(1)'],
  ['only as delivered', [value(KEEP_LINK_UP, 'factory', 1)], 'True(1)'],
  ['in force and as delivered', [value(KEEP_LINK_UP, 'current', 0), value(KEEP_LINK_UP, 'factory', 0)], 'False(0)'],
] as const) {
  test(`values ${title}: nothing waits, nothing has changed`, (t) => {
    const page = report(items);
    t.deepEqual(rows(page, 'Waiting for a reset'), []);
    t.deepEqual(rows(page, 'Changed since delivery'), []);
    t.deepEqual(rows(page, 'KEEP_LINK_UP of port 1')[0], ['KEEP_ETH_LINK_UP', shown]);
  });
}

test('words of a setting without parameters, and of a type without a name, by mode too', (t) => {
  const page = report([
    value(0x94, 'current', 1, 2),
    value(0x94, 'next', 1, 3),
    value(0x0000_0777, 'current', 0xdead_beef),
  ]);
  t.deepEqual(rows(page, 'GLOBAL_PCI_CONF_3 of the card'), [['Words', '00000001 00000002']]);
  t.deepEqual(rows(page, 'Type 0x00000777'), [['Words', 'deadbeef']]);
  t.deepEqual(rows(page, 'Waiting for a reset'), [
    ['Words (the card)', '00000001 00000002, from the next reset on 00000001 00000003', 'warning'],
  ]);
});

test('a setting that was never set has no section', (t) => {
  t.deepEqual(report([{ ...value(KEEP_LINK_UP, 'current', 1), outcome: 'absent' }]).sections, []);
});
