import type { DecodedItem } from '@nicdiag/mlx5/decode';
import test from 'ava';
import fc from 'fast-check';
import { diffItems } from '../../src/diff/diffItems.ts';

function item(name: string, fields: DecodedItem['fields'], more: Partial<DecodedItem> = {}): DecodedItem {
  return { key: name, name, kind: 'register', index: {}, outcome: 'ok', fields, texts: {}, unknown: {}, ...more };
}

test('a field that changed, with what its values mean', (t) => {
  const up = item('PAOS', { oper_status: 1, admin_status: 1 }, { texts: { oper_status: 'up', admin_status: 'up' } });
  const down = item(
    'PAOS',
    { oper_status: 2, admin_status: 1 },
    { texts: { oper_status: 'down', admin_status: 'up' } },
  );
  t.deepEqual(diffItems(up, down, 3), [{ path: 'oper_status', from: 1, to: 2, fromText: 'up', toText: 'down' }]);
});

test('counters grow by a number and at a rate; other numbers, in the same register too, do not', (t) => {
  const at = (count: number | string, ber: number) =>
    item('PPCNT', { local_port: 1, counter_set: { phys: { errors: count, raw_ber_magnitude: ber } } });
  t.deepEqual(diffItems(at('18446744073709551600', 12), at('18446744073709551610', 13), 4), [
    {
      path: 'counter_set.phys.errors',
      ...{ from: '18446744073709551600', to: '18446744073709551610', delta: '10', rate: 2.5 },
    },
    { path: 'counter_set.phys.raw_ber_magnitude', from: 12, to: 13 },
  ]);
});

test('without a common clock there is no rate; a counter that went back has no growth either', (t) => {
  const at = (errors: number) => item('PPCNT', { counter_set: { errors } });
  t.deepEqual(diffItems(at(5), at(7), undefined), [{ path: 'counter_set.errors', from: 5, to: 7, delta: '2' }]);
  t.deepEqual(diffItems(at(7), at(5), 1), [{ path: 'counter_set.errors', from: 7, to: 5 }]);
});

test('a read that failed on one side, fields that came and went, unknown bits', (t) => {
  const refused = item('MTMP', {}, { outcome: 'refused', error: { name: 'BAD_PARAM', text: '' } });
  const answered = item('MTMP', { lanes: [{ rx: 3 }] }, { unknown: { '0x4': '0x00000001' } });
  t.deepEqual(diffItems(refused, answered, 1), [
    { path: 'outcome', from: 'refused (BAD_PARAM)', to: 'ok' },
    { path: 'lanes[0].rx', to: 3 },
    { path: 'unknown bits at 0x4', to: '0x00000001' },
  ]);
});

test('property: nothing differs from itself, and what differs is named', (t) => {
  const fields = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,3}$/),
    fc.oneof(fc.nat(), fc.array(fc.nat(), { maxLength: 3 })),
  );
  fc.assert(
    fc.property(fields, fields, (a, b) => {
      t.deepEqual(diffItems(item('X', a), item('X', a), 1), []);
      const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
      // An empty list has no values to differ.
      const empty = Object.values({ ...a, ...b }).some((value) => Array.isArray(value) && value.length === 0);
      if (!empty) t.is(diffItems(item('X', a), item('X', b), 1).length === 0, same);
    }),
  );
});

function sorted(fields: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}
