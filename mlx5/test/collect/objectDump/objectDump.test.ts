import test from 'ava';
import { guardRules } from '../../../src/channel/guardRules.ts';
import type { ObjectRequest } from '../../../src/collect/spec.ts';
import { decodeItem } from '../../../src/decode/decodeItem.ts';
import type { CollectorReason } from '../../../src/lane/events.ts';
import {
  allObjectTypes,
  commandByOpcode,
  fieldPosition,
  layoutOf,
  objectInputs,
  readBits,
  STATUS,
} from '../../../src/prm/index.ts';
import type { Handler } from '../../scriptedChannel.ts';
import { type Collected, collect } from '../collecting.ts';
import { type DumpScript, dumpFirmware } from '../resourceDump/dumpFirmware.ts';
import { answer, resource } from '../resourceDump/segments.ts';

const dump = (objects: readonly ObjectRequest[], options: Parameters<typeof collect>[1] = {}): Collected =>
  collect({ name: 'objs', type: 'ObjectDump', objectDump: { objects } }, options);

/** The 33 queries of the mlx5ctl tool. */
const TOOL =
  'EQ CQ QP SQ RQ TIS TIR RQT RMP DCT SRQ XRQ XRC_SRQ Q_COUNTER MKEY PAGES L2_TABLE_ENTRY ISSI VPORT_STATE ' +
  'ESW_VPORT_CONTEXT VPORT_COUNTER VNIC_ENV PACKET_REFORMAT_CONTEXT SPECIAL_CONTEXTS MAD_DEMUX CONG_STATISTICS ' +
  'CONG_PARAMS CONG_STATUS ADAPTER WOL_ROL LAG ESW_FUNCTIONS VHCA_MIGRATION_STATE';

test('every query of the tool is there, each command by its name, its layouts, and admitted as a read', (t) => {
  const types = allObjectTypes();
  for (const name of TOOL.split(' ')) t.true(types.has(name), name);
  t.is(TOOL.split(' ').length, 33);
  t.is(types.size, 44);
  for (const [name, type] of types) {
    t.is(commandByOpcode(type.opcode)?.name, `QUERY_${name}`, name);
    t.true(layoutOf(type.in).bytes >= 16 && type.outBytes >= 16, name);
    const rule = guardRules().commands.get(type.opcode);
    t.is(rule?.class, 'read', name);
    for (const field of [...type.id, ...Object.keys(type.defaults)]) {
      const { bit } = fieldPosition(type.in, field);
      t.not(rule!.mask[bit >> 3]! & (0x80 >> (bit & 7)), 0, `${name}.${field}`);
    }
    t.false(type.id.includes('clear'), name);
  }
});

test('XRQ is not XRC_SRQ: the tool sends the opcode of the other', (t) => {
  t.is(allObjectTypes().get('XRQ')?.opcode, 0x719);
  t.is(allObjectTypes().get('XRC_SRQ')?.opcode, 0x707);
});

test('every type can be asked for, its inbox as the command has it', (t) => {
  const objects = [...allObjectTypes().values()].map(({ type, id }) => ({
    type,
    ...(id.length > 0 ? { ids: '1' } : {}),
  }));
  const { items, stop, keys } = dump(objects);
  t.is(stop, undefined);
  t.is(keys.length, 44);
  for (const item of items) {
    const type = allObjectTypes().get(item.name)!;
    const [frame] = item.frames;
    t.is(frame?.opcode, type.opcode);
    t.is(frame?.inbox.length, layoutOf(type.in).bytes, item.name);
    t.is(frame?.outbox.length, type.outBytes, item.name);
    for (const [field, { bit, width }] of objectInputs(type)) {
      t.is(readBits(frame!.inbox, bit, width), item.index[field] ?? 0, `${item.name}.${field}`);
    }
    t.notThrows(() => decodeItem(item), item.name);
  }
});

test('ids are numbers, ranges and lists; each object is read once', (t) => {
  const { keys } = dump([
    { type: 'QP', ids: '0x100-0x102, 7' },
    { type: 'qp', ids: '7-8' },
  ]);
  t.deepEqual(keys, ['QP{qpn=0x100}', 'QP{qpn=0x101}', 'QP{qpn=0x102}', 'QP{qpn=0x7}', 'QP{qpn=0x8}']);
});

test('what a function has once, and what has a natural default, needs no ids', (t) => {
  const { keys } = dump([{ type: 'ISSI' }, { type: 'VPORT_STATE' }, { type: 'CONG_PARAMS' }]);
  t.deepEqual(keys, [
    'ISSI',
    'VPORT_STATE{vport_number=0x0}',
    'CONG_PARAMS{cong_protocol=0x1}',
    'CONG_PARAMS{cong_protocol=0x2}',
  ]);
  t.is(dump([{ type: 'CONG_STATUS' }]).keys.length, 16);
  t.is(dump([{ type: 'CONG_STATUS', ids: '0x32' }]).keys[0], 'CONG_STATUS{priority=0x3,cong_protocol=0x2}');
});

test("another function's vport is asked for as such, one's own is not", (t) => {
  const { items } = dump([{ type: 'VPORT_COUNTER', ids: '0,3' }]);
  t.deepEqual(
    items.map(({ index }) => index),
    [{ vport_number: 0 }, { vport_number: 3, other_vport: 1 }],
  );
  t.is(items[1]?.frames[0]?.inbox[8], 0x80);
});

test('further input fields are given by name', (t) => {
  const { items } = dump([{ type: 'FLOW_GROUP', ids: '2', index: { table_type: '0x4', table_id: '77' } }]);
  t.is(items[0]?.key, 'FLOW_GROUP{table_type=0x4,table_id=0x4d,group_id=0x2}');
});

const objections: readonly (readonly [ObjectRequest, CollectorReason, RegExp])[] = [
  [{ type: 'KNOB', ids: '1' }, 'InvalidSpec', /no object type KNOB: it is one of QP, CQ/],
  [{ type: 'QP' }, 'InvalidSpec', /QP: ids \(qpn\) is missing/],
  [{ type: 'QP', ids: 'some' }, 'InvalidSpec', /"some" is no id, range or list/],
  [{ type: 'QP', ids: '0x1000000' }, 'InvalidSpec', /larger than the largest qpn, 0xffffff/],
  [{ type: 'ISSI', ids: '1' }, 'InvalidSpec', /there once and has no ids/],
  [{ type: 'SQ', ids: 'all' }, 'InvalidSpec', /no resource dump tells them; "all" goes with QP, CQ, EQ/],
  [{ type: 'QP', ids: 'active' }, 'InvalidSpec', /ids may not be active/],
  [{ type: 'Q_COUNTER', ids: '1', index: { clear: '1' } }, 'InvalidSpec', /has no input field clear; it has none/],
  [{ type: 'QP', ids: '1', index: { qpn: '1' } }, 'InvalidSpec', /no input field qpn/],
  [{ type: 'FLOW_TABLE', ids: '1', index: { table_type: '256' } }, 'InvalidSpec', /"256" is no number of 8 bits/],
  [{ type: 'CQ', ids: '0-9', limit: 4 }, 'LimitExceeded', /CQ: 10 ids are asked for, the first 4 are read/],
];
for (const [request, reason, says] of objections) {
  test(`${JSON.stringify(request)} is ${reason}; other objects are read`, (t) => {
    const { stop, keys } = dump([request, { type: 'ISSI' }]);
    t.is(stop?.reason, reason);
    t.regex(stop?.message ?? '', says);
    t.is(keys.at(-1), 'ISSI');
    if (reason === 'LimitExceeded') t.is(keys.length, 5);
    else t.deepEqual(keys, ['ISSI']);
  });
}

const there = (...ids: readonly number[]): Handler => {
  return (_input, _call, inbox) => {
    const id = readBits(inbox!, 72, 24);
    return ids.includes(id) ? new Uint8Array(256).fill(id) : { status: STATUS.BAD_RES };
  };
};

test('an object that is missing is refused when it was named, absent in a range', (t) => {
  const { items, stop } = dump([{ type: 'QP', ids: '1-3,9' }], { handlers: { QUERY_QP: there(2) } });
  t.is(stop, undefined);
  t.deepEqual(
    items.map(({ outcome }) => outcome),
    ['absent', 'ok', 'absent', 'refused'],
  );
});

test('a query that the device has not is asked for three times, then it is Unsupported; others go on', (t) => {
  const handlers: Record<string, Handler> = { QUERY_DCT: () => ({ status: STATUS.BAD_OP }) };
  const { stop, log, items } = dump([{ type: 'DCT', ids: '0-0xfff' }, { type: 'ISSI' }], { handlers });
  t.is(stop?.reason, 'Unsupported');
  t.regex(stop?.message ?? '', /query no DCT: BAD_OP/);
  t.deepEqual(log, ['QUERY_DCT', 'QUERY_DCT', 'QUERY_DCT', 'QUERY_ISSI']);
  t.true(items.slice(0, 3).every(({ outcome }) => outcome === 'absent'));
});

const counted: DumpScript = {
  dumps: (given) =>
    answer(given, ...[0x30, 0x11, 0x20].map((cqn) => resource(given.type, cqn, 0, new Uint8Array(256)))),
};

test('all ids are those that a resource dump of all objects has, which stands there too', (t) => {
  const { handler, requests } = dumpFirmware(counted);
  const handlers = { Resource_dump_registers: handler };
  const { keys, stop } = dump([{ type: 'CQ', ids: 'all' }], { handlers });
  t.is(stop, undefined);
  t.deepEqual(keys, [
    'MENU{window=0}',
    'FULL_CQC{num_of_obj1=0xffff,window=0}',
    'CQ{cqn=0x11}',
    'CQ{cqn=0x20}',
    'CQ{cqn=0x30}',
  ]);
  t.true(requests.some(({ given }) => given.type === 0x1200 && given.count1 === 0xffff));
});

test('the menu decides which segment tells: counted ones, or one that dumps everything', (t) => {
  const { handler } = dumpFirmware({
    dumps: (given) => answer(given, resource(given.type === 0x4011 ? 0x4010 : given.type, 0x5, 0, new Uint8Array(64))),
  });
  const handlers = { Resource_dump_registers: handler };
  const { keys, stop } = dump(
    [
      { type: 'QP', ids: 'all' },
      { type: 'FLOW_TABLE', ids: 'all' },
    ],
    { handlers },
  );
  t.is(stop, undefined);
  t.deepEqual(keys.slice(1), [
    'PRM_QUERY_QP{num_of_obj1=0xffff,window=0}',
    'QP{qpn=0x5}',
    'QUERY_FT_ALL{window=0}',
    'FLOW_TABLE{table_id=0x5}',
  ]);
});

test('a menu without a segment that lists is Unsupported, with what to do', (t) => {
  const { handler } = dumpFirmware(counted);
  const { stop, keys } = dump([{ type: 'EQ', ids: 'all' }, { type: 'ISSI' }], {
    handlers: { Resource_dump_registers: handler },
  });
  t.is(stop?.reason, 'Unsupported');
  t.regex(
    stop?.message ?? '',
    /which EQ there are cannot be found out: .*no segment that counts all or active EQN; name ids/,
  );
  t.deepEqual(keys, ['MENU{window=0}', 'ISSI']);
});

test('more objects than the limit are cut, and said', (t) => {
  const { handler } = dumpFirmware(counted);
  const { stop, keys } = dump([{ type: 'CQ', ids: 'all', limit: 2 }], {
    handlers: { Resource_dump_registers: handler },
  });
  t.is(stop?.reason, 'LimitExceeded');
  t.is(keys.length, 4);
});

test('a resumed collector reads nothing again, and knows the ids without a dump', (t) => {
  const { handler } = dumpFirmware(counted);
  const handlers = { Resource_dump_registers: handler };
  const objects = [{ type: 'CQ', ids: 'all' }];
  const first = dump(objects, { handlers });
  const rest = dump(objects, { handlers, done: first.items.slice(0, 3) });
  t.deepEqual(rest.keys, ['CQ{cqn=0x20}', 'CQ{cqn=0x30}']);
  t.deepEqual(rest.log, ['QUERY_CQ', 'QUERY_CQ']);
});
