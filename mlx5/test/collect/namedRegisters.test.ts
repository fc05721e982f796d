import test from 'ava';
import { createCollector } from '../../src/collect/createCollector.ts';
import type { RegisterRequest } from '../../src/collect/spec.ts';
import { decodeItem } from '../../src/decode/decodeItem.ts';
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

test('a number needs no quotes', (t) => {
  t.deepEqual(read({ id: 0x5008, index: { grp: 18, local_port: 1 } }).keys, ['PPCNT{grp=0x12,local_port=1}']);
});

test('a register that nobody here knows is read by its number, as long as it is said to be, and with a port if one is given', (t) => {
  const bytes = Uint8Array.from({ length: 64 }, (_, at) => at);
  const { items, stop } = read(
    { id: '0x4055', length: 64, index: { local_port: 2 } },
    { handlers: { ACCESS_REG: () => bytes } },
  );
  t.is(stop, undefined);
  t.like(items[0], { key: '0x4055{local_port=2}', name: '0x4055', kind: 'register', index: { local_port: 2 } });
  const [frame] = items[0]!.frames;
  t.like(frame, { registerId: 0x4055, opMod: 1, status: 0 });
  t.is(frame!.inbox.length, 16 + 64);
  t.deepEqual([...frame!.inbox.subarray(16)], [0, 2, ...new Array<number>(62).fill(0)]);
  const decoded = decodeItem(items[0]!);
  t.deepEqual(decoded.fields, {});
  t.is(decoded.unknown['0x3c'], '0x3c3d3e3f');
  t.is(Object.keys(decoded.unknown).length, 16);
});

test('reading takes the impact of the most that any of the registers takes', (t) => {
  const impact = (...registers: readonly RegisterRequest[]): string =>
    createCollector({ name: 'regs', type: 'RegisterDump', registerDump: { registers } }).impact;
  t.is(impact({ name: 'PPCNT' }, { id: '0x9054' }), 'ReadOnly');
  t.is(impact({ name: 'PPCNT' }, { name: 'SLRG' }), 'DebugWrite');
  t.is(impact({ name: 'SLRG' }, { name: 'MFM' }), 'Intrusive', 'of MFM only its name and length are public');
  t.is(impact({ id: '0x4055', length: 64 }), 'Intrusive');
});

test('registers outside of the database are read by name and number, ports and modules iterated', (t) => {
  t.true(read({ name: 'PMPE' }).keys.includes('PMPE{module=1}'));
  t.true(read({ id: '0x5009', index: { local_port: 1 } }).keys.includes('PUDE{local_port=1}'));
  t.deepEqual(read({ name: 'MTWE' }).keys, ['MTWE']);
});

test('what cannot be read is refused before any command, with what is wrong', (t) => {
  const cases: readonly (readonly [RegisterRequest, RegExp])[] = [
    [{ name: 'NOPE' }, /no register NOPE in the register database$/],
    [{ name: 'pddr' }, /no register pddr .*; did you mean PDDR or PMDR\?/],
    [{ name: 'PPNCT' }, /no register PPNCT .*; did you mean PPCNT\?/],
    [{ id: '0x1' }, /no register 0x1 .*give its length, and impact Intrusive/],
    [{ name: 'NOPE', length: 16 }, /no register NOPE/],
    [{ id: '0x4055', length: 6 }, /length 6 is no multiple of 4/],
    [{ id: '0x4055', length: 8192 }, /length 8192 is no multiple of 4 from 4 to 4096/],
    [{ id: '0x4055', length: 64, index: { grp: '1' } }, /0x4055 has no index field "grp": it has local_port/],
    [{ id: '0x4055', length: 64, index: { local_port: 256 } }, /0x4055\.local_port: "256" is no number of 8 bits/],
    [{ id: '0x5031', length: 64 }, /register PDDR has 256 bytes, which is known: leave length out/],
    [{ name: 'PPRT' }, /PPRT may not be read: link test mode/],
    [{ id: '0x4024' }, /FPGA_ACCESS_REG may not be read: reads and writes the FPGA's own memory/],
    [{ name: 'MRSR' }, /MRSR may not be read: resets and shuts the card down/],
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
