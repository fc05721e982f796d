import test from 'ava';
import type { RegisterRequest } from '../../src/collect/spec.ts';
import { STATUS } from '../../src/prm/index.ts';
import { type Collected, type CollectOptions, collect } from './collecting.ts';

function read(request: RegisterRequest, options?: CollectOptions): Collected {
  return collect({ name: 'regs', type: 'RegisterDump', registerDump: { registers: [request] } }, options);
}

test('a register is found by name and by id, its index taken as decimal or hex', (t) => {
  t.deepEqual(read({ name: 'PPCNT', index: { grp: '0x12', local_port: '1' } }).keys, ['PPCNT{grp=0x12,local_port=1}']);
  t.deepEqual(read({ id: '0x5008', index: { grp: '18', local_port: '1' } }).keys, ['PPCNT{grp=0x12,local_port=1}']);
});

test('index fields with a natural range that are left out run over it, others are 0', (t) => {
  t.deepEqual(
    read({ name: 'SLTP' }).keys.filter((key) => key.startsWith('SLTP')),
    ['SLTP{local_port=1,lane=0}', 'SLTP{local_port=1,lane=1}'],
  );
  t.deepEqual(read({ name: 'MPCNT' }).keys, ['MPCNT']);
});

test('a register that is asked for by name is read even if the device says that it has none', (t) => {
  const { items, stop } = read({ name: 'MPEIN' }, { handlers: { MPEIN: () => ({ status: STATUS.BAD_OP }) } });
  t.is(items[0]?.outcome, 'refused');
  t.is(stop?.reason, 'Unsupported');
});

test('what cannot be read is refused before any command, with what is wrong', (t) => {
  const cases: readonly (readonly [RegisterRequest, RegExp])[] = [
    [{ name: 'NOPE' }, /no register NOPE/],
    [{ id: '0x1' }, /no register 0x1/],
    [{ name: 'SLRG' }, /SLRG may not be read: eye measurement/],
    [{ name: 'PPCNT', index: { clr: '1' } }, /PPCNT has no index field "clr"/],
    [{ name: 'PPCNT', index: { grp: '64' } }, /PPCNT\.grp: "64" is no number of 6 bits/],
    [{ name: 'PPCNT', index: { grp: '-1' } }, /is no number/],
    [{ name: 'PPCNT', index: { grp: '' } }, /is no number/],
  ];
  for (const [request, message] of cases) {
    const { stop, log } = read(request);
    t.is(stop?.reason, 'CollectorError');
    t.regex(stop?.message ?? '', message);
    t.deepEqual(log, []);
  }
});
