import test from 'ava';
import type { RegisterRequest } from '../../src/collect/spec.ts';
import { STATUS } from '../../src/prm/index.ts';
import { generalPage } from '../scriptedChannel.ts';
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

test('the protocol of PTYS follows the port; where firmware would not say, both are asked', (t) => {
  const ptys = ({ keys }: Collected): readonly string[] => keys.filter((key) => key.startsWith('PTYS'));
  const port = (values: Record<string, number>) => ({ handlers: { 'cap 0': () => generalPage(values) } });
  const ethernet = 'PTYS{proto_mask=0x4,local_port=1}';
  const infiniband = 'PTYS{proto_mask=0x1,local_port=1}';
  t.deepEqual(ptys(read({ name: 'PTYS' }, port({ port_type: 1 }))), [ethernet]);
  t.deepEqual(ptys(read({ name: 'PTYS' }, port({ port_type: 0 }))), [infiniband]);
  t.deepEqual(ptys(read({ id: '0x5004' }, { handlers: { 'cap 0': () => ({ status: STATUS.BAD_OP }) } })), [
    infiniband,
    ethernet,
  ]);
  const asked = 'PTYS{proto_mask=0x4,local_port=1}';
  t.deepEqual(ptys(read({ name: 'PTYS', index: { proto_mask: '4' } }, port({ port_type: 0 }))), [asked]);
});

test('a register that is asked for by name is read even if the device says that it has none', (t) => {
  const { items, stop } = read({ name: 'MPEIN' }, { handlers: { MPEIN: () => ({ status: STATUS.BAD_OP }) } });
  t.is(items[0]?.outcome, 'refused');
  t.is(stop?.reason, 'Unsupported');
});

test('what cannot be read is refused before any command, with what is wrong', (t) => {
  const cases: readonly (readonly [RegisterRequest, RegExp])[] = [
    [{ name: 'NOPE' }, /no register NOPE in the register database$/],
    [{ name: 'pddr' }, /no register pddr .*; did you mean PDDR or PMDR\?/],
    [{ name: 'PPNCT' }, /no register PPNCT .*; did you mean PPCNT\?/],
    [{ id: '0x1' }, /no register 0x1/],
    [{ name: 'SLRG' }, /SLRG may not be read: eye measurement/],
    [{ name: 'PPCNT', index: { clr: '1' } }, /PPCNT has no index field "clr": it has grp, .*local_port/],
    [{ name: 'PPCNT', index: { grp: '64' } }, /PPCNT\.grp: "64" is no number of 6 bits/],
    [{ name: 'PPCNT', index: { grp: '-1' } }, /is no number/],
    [{ name: 'PPCNT', index: { grp: '' } }, /is no number/],
  ];
  for (const [request, message] of cases) {
    const { stop, log } = read(request);
    t.is(stop?.reason, 'InvalidSpec');
    t.regex(stop?.message ?? '', message);
    t.deepEqual(log, []);
  }
});
