import test from 'ava';
import { ERRNO } from '../../src/channel/errno.ts';
import { guardRules } from '../../src/channel/guardRules.ts';
import { allSet } from '../../src/collect/allSet.ts';
import { STANDARD_SET } from '../../src/collect/standardSet.ts';
import { fieldPosition, registerByName, STATUS } from '../../src/prm/index.ts';
import { generalPage, type Handler, refuseAll, register } from '../scriptedChannel.ts';
import { all, collect, standard } from './collecting.ts';

const pages = (keys: readonly string[], name: string): readonly string[] =>
  keys.filter((key) => key === name || key.startsWith(`${name}{`));

test('every row of the sets names a register that may be read, and index fields that may be set', (t) => {
  for (const row of allSet()) {
    const known = registerByName(row.register);
    const rule = guardRules().registers.get(known?.id ?? 0);
    t.is(rule?.class, 'read', row.register);
    for (const field of Object.keys(row.index ?? {})) {
      if (row.register === 'MCIA') continue;
      const { bit } = fieldPosition(known!.layout, field);
      t.not(rule!.mask[bit >> 3]! & (0x80 >> (bit & 7)), 0, `${row.register}.${field}`);
    }
  }
});

test('Standard reads at least 60 registers and pages of a card that has them all, each once', (t) => {
  const { keys, stop, items } = collect(standard);
  t.is(stop, undefined);
  t.true(keys.length >= 60, `${keys.length}`);
  t.is(new Set(keys).size, keys.length);
  t.true(new Set(items.map(({ name }) => name)).size >= 55);
  for (const topic of [
    'MGIR',
    'MCAM',
    'MCQS',
    'MTUTC',
    'PAOS',
    'PPCNT',
    'PDDR',
    'PPLM',
    'MCIA',
    'MPEIN',
    'MTMP',
    'PBMC',
  ]) {
    t.true(pages(keys, topic).length > 0, topic);
  }
});

test('All reads what Standard reads and more', (t) => {
  const few = collect(standard);
  const many = collect(all);
  t.is(many.stop, undefined);
  t.deepEqual(
    few.keys.filter((key) => !many.keys.includes(key)),
    [],
  );
  t.true(many.keys.length > few.keys.length + 80);
  t.is(new Set(many.keys).size, many.keys.length);
});

test('index fields run over what the device says it has', (t) => {
  const { keys } = collect(standard);
  t.deepEqual(pages(keys, 'SLTP'), ['SLTP{local_port=1,lane=0}', 'SLTP{local_port=1,lane=1}']);
  t.deepEqual(pages(keys, 'PMAOS'), ['PMAOS{module=1}']);
  t.deepEqual(pages(keys, 'MTMP'), ['MTMP{sensor_index=0}', 'MTMP{sensor_index=1}', 'MTMP{sensor_index=65}']);
  t.deepEqual(pages(keys, 'MCQS'), ['MCQS{component_index=0}', 'MCQS{component_index=1}', 'MCQS{component_index=2}']);
  t.is(pages(keys, 'SBPR').length, 4);
  t.is(pages(keys, 'SBCM').length, 6);
  t.is(pages(keys, 'PPCNT').filter((key) => key.includes('grp=0x10')).length, 8);
});

test('priorities and traffic classes are run over, also of registers that are named; one that is given is the only one', (t) => {
  const eight = (key: (at: number) => string): readonly string[] => Array.from({ length: 8 }, (_, at) => key(at));
  const counters = (group: string) => eight((at) => `PPCNT{grp=${group},local_port=1,prio_tc=${at}}`);
  const { keys } = collect(standard);
  for (const group of ['0x10', '0x11', '0x13'])
    t.deepEqual(
      pages(keys, 'PPCNT').filter((key) => key.includes(`grp=${group},`)),
      counters(group),
    );
  t.deepEqual(
    pages(keys, 'QTCT'),
    eight((at) => `QTCT{local_port=1,switch_prio=${at}}`),
  );
  const named = (name: string, index: Readonly<Record<string, string>>) =>
    collect({ name: 'regs', type: 'RegisterDump', registerDump: { registers: [{ name, index }] } }).keys.filter((key) =>
      key.startsWith(name),
    );
  t.deepEqual(named('PPCNT', { grp: '0x11', local_port: '1' }), counters('0x11'));
  t.deepEqual(named('PPCNT', { grp: '0x11', local_port: '1', prio_tc: '3' }), [counters('0x11')[3]]);
  t.deepEqual(named('PPCNT', { grp: '0x12', local_port: '1' }), ['PPCNT{grp=0x12,local_port=1}']);
  t.is(named('QSPCP', { local_port: '1' }).length, 8);
  t.is(named('CWTP', { local_port: '1' }).length, 8);
});

test('a function with two ports is read on both', (t) => {
  const { keys } = collect(standard, { handlers: { 'cap 0': () => generalPage({ num_ports: 2 }) } });
  t.deepEqual(pages(keys, 'PAOS'), ['PAOS{local_port=1}', 'PAOS{local_port=2}']);
});

test('what only Ethernet or only InfiniBand has is read on such ports only', (t) => {
  const ethernet = collect(standard).keys;
  const infiniband = collect(standard, { handlers: { 'cap 0': () => generalPage({ port_type: 0 }) } }).keys;
  t.deepEqual(pages(ethernet, 'PTYS'), ['PTYS{local_port=1,proto_mask=0x4}']);
  t.deepEqual(pages(infiniband, 'PTYS'), ['PTYS{local_port=1,proto_mask=0x1}']);
  t.true(infiniband.includes('PPCNT{grp=0x20,local_port=1}'));
  t.false(ethernet.includes('PPCNT{grp=0x20,local_port=1}'));
  t.is(pages(infiniband, 'PFCC').length, 0);
});

test('a register that the capability mask leaves out is not asked for', (t) => {
  const bit = 0x9050 - 0x9000;
  const mask = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff];
  mask[3 - Math.floor(bit / 32)]! &= ~(1 << (bit % 32));
  const handlers = { MCAM: register('MCAM', { mng_access_reg_cap_mask: mask.map((word) => word >>> 0) }) };
  const { log } = collect(standard, { handlers });
  t.false(log.includes('MPEIN'));
  t.true(log.includes('MPCNT'));
  t.true(log.includes('MGIR'));
});

test('a register that exists and is refused is an error item with status and syndrome, the rest is read', (t) => {
  const first: Handler = (input, call) => (call === 0 ? { status: STATUS.BAD_PARAM } : input);
  const { items, stop } = collect(standard, { handlers: { PPCNT: first } });
  t.is(stop, undefined);
  const refused = items.filter(({ outcome }) => outcome !== 'ok');
  t.deepEqual(
    refused.map(({ key, outcome }) => [key, outcome]),
    [['PPCNT{grp=0x0,local_port=1}', 'refused']],
  );
  t.like(refused[0]!.frames[0], {
    status: STATUS.BAD_PARAM,
    syndrome: 0xabcdef,
    errno: 0,
    registerId: 0x5008,
    opMod: 1,
  });
});

test('a page without a capability bit that firmware has not is absent, and no error', (t) => {
  const handlers: Record<string, Handler> = {
    PDDR: (input) => (input[7] === 9 ? { status: STATUS.BAD_PARAM } : input),
  };
  const { items } = collect(standard, { handlers });
  t.is(items.find(({ key }) => key === 'PDDR{local_port=1,page_select=0x9}')?.outcome, 'absent');
});

test('without capability masks registers are tried, and those that are not there are absent', (t) => {
  const gone = { status: STATUS.BAD_SYS_STATE };
  const handlers = { MCAM: () => gone, PCAM: () => gone, QCAM: () => gone, SBCAM: () => gone, MTPTM: () => gone };
  const { items, stop } = collect(standard, { handlers });
  t.is(stop, undefined);
  t.is(items.find(({ name }) => name === 'MTPTM')?.outcome, 'absent');
  t.is(items.find(({ name }) => name === 'PAOS')?.outcome, 'ok');
  t.deepEqual(
    items.filter(({ outcome }) => outcome === 'refused'),
    [],
  );
});

for (const status of [STATUS.BAD_SYS_STATE, STATUS.BAD_PARAM]) {
  test(`a function that may read no register is Unsupported after a few attempts (status ${status})`, (t) => {
    const { stop, log } = collect(standard, { handlers: refuseAll(status) });
    t.is(stop?.reason, 'Unsupported');
    t.regex(
      stop?.message ?? '',
      /0000:03:00\.0 \(ConnectX-7 PF\) lets this host read no registers: .*first MGIR with BAD_/,
    );
    t.true(log.length < 24, `${log.length} commands`);
  });
}

test('a few registers that are not there say nothing about the function', (t) => {
  const named = { name: 'regs', type: 'RegisterDump', registerDump: { registers: [{ name: 'MTCAP' }] } } as const;
  const stopOf = (status: number) => collect(named, { handlers: { MTCAP: () => ({ status }) } }).stop;
  t.is(stopOf(STATUS.BAD_PARAM)?.reason, 'Unsupported');
  t.regex(
    stopOf(STATUS.BAD_PARAM)?.message ?? '',
    /0000:03:00\.0 \(ConnectX-7 PF\) has nothing of what was asked for: 1 reads were refused, first MTCAP with BAD_PARAM/,
  );
  t.regex(stopOf(STATUS.BAD_SYS_STATE)?.message ?? '', /lets this host read no registers: .*It is a limited function/);
});

test('busy firmware is asked again three times, 100 ms apart, and each attempt is a frame', (t) => {
  const busyTwice: Handler = (input, call) => (call < 2 ? { status: STATUS.RES_BUSY } : input);
  const named = { name: 'regs', type: 'RegisterDump', registerDump: { registers: [{ name: 'MTCAP' }] } } as const;
  const once = collect(named, { handlers: { MTCAP: busyTwice } });
  t.is(once.items[0]?.outcome, 'ok');
  t.deepEqual(
    once.items[0]?.frames.map(({ status }) => status),
    [6, 6, 0],
  );
  t.deepEqual(once.pauses, [100, 100]);
  const always = collect(named, { handlers: { MTCAP: () => ({ status: STATUS.NOT_READY }) } });
  t.is(always.items[0]?.outcome, 'refused');
  t.is(always.items[0]?.frames.length, 4);
});

test('a device that is gone stops the collector; the command that noticed is the last item', (t) => {
  const handlers: Record<string, Handler> = { PAOS: () => ({ errno: ERRNO.ENODEV }) };
  const { items, stop, log } = collect(standard, { handlers });
  t.is(stop?.reason, 'DeviceGone');
  t.regex(stop?.message ?? '', /ENODEV: .*find it again by its PCI address/);
  t.like(items.at(-1), { name: 'PAOS', outcome: 'failed' });
  t.is(log.at(-1), 'PAOS');
});

test('a command that the kernel gave up on stops the collector as a hung device', (t) => {
  t.is(collect(standard, { handlers: { PAOS: () => ({ errno: ERRNO.ETIMEDOUT }) } }).stop?.reason, 'DeviceHung');
});

test('single commands that fail are items, ten in a row end the collector', (t) => {
  const once = collect(standard, { handlers: { PAOS: () => ({ errno: ERRNO.EIO }) } });
  t.is(once.stop, undefined);
  t.is(once.items.find(({ name }) => name === 'PAOS')?.outcome, 'failed');
  const io = { errno: ERRNO.EIO };
  const many = collect(standard, { handlers: { PPCNT: () => io } });
  t.is(many.stop?.reason, 'CollectorError');
  t.is(many.items.filter(({ outcome }) => outcome === 'failed').length, 10);
});

test('cancelling stops before the next command', (t) => {
  const { stop, log, items } = collect(standard, { cancelAfter: 7 });
  t.is(stop?.reason, 'Cancelled');
  t.is(log.length, 7);
  t.is(items.length, 7);
});

test('the byte limit stops before the command that would pass it', (t) => {
  const { stop, items } = collect(standard, { maxBytes: 8000 });
  t.is(stop?.reason, 'LimitExceeded');
  const bytes = items
    .flatMap(({ frames }) => frames)
    .reduce((sum, { inbox, outbox }) => sum + inbox.length + outbox.length, 0);
  t.true(bytes <= 8000 && bytes > 5000, `${bytes}`);
});

test('a resumed run reads exactly what is missing, steered by what is on disk', (t) => {
  const whole = collect(standard);
  for (const cut of [1, 5, 20, 60, whole.items.length - 1, whole.items.length]) {
    const rest = collect(standard, { done: whole.items.slice(0, cut) });
    t.deepEqual([...whole.keys.slice(0, cut), ...rest.keys], whole.keys, `after ${cut}`);
    t.is(rest.log.length, whole.log.length - whole.items.slice(0, cut).flatMap(({ frames }) => frames).length);
  }
});

test('the Standard table reads no register whose reading disturbs', (t) => {
  const names = new Set(STANDARD_SET.map((row) => row.register));
  for (const name of ['SLRG', 'SLRED', 'PPRT', 'PPTT', 'MTRC_CTRL', 'MCDD', 'MFBA']) t.false(names.has(name));
});
