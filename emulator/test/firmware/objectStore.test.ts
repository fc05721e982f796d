import { getField } from '@nicdiag/mlx5/prm';
import test from 'ava';
import { commandTable } from '../../src/firmware/commands/commandTable.ts';
import { objectQueries } from '../../src/firmware/objects/objectQuery.ts';
import { createObjects, type Objects } from '../../src/firmware/objects/objects.ts';
import { type DeviceUnderTest, header, makeDevice } from './device.ts';

/** Every query of the reference's list (section 9) that asks for one object: opcode, bytes of in- and outbox. By hand. */
const documented: readonly (readonly [string, number, number, number])[] = [
  ['QUERY_EQ', 0x303, 16, 272],
  ['QUERY_CQ', 0x402, 16, 272],
  ['QUERY_QP', 0x50b, 16, 272],
  ['QUERY_SQ', 0x907, 16, 272],
  ['QUERY_RQ', 0x90b, 16, 272],
  ['QUERY_TIS', 0x915, 16, 176],
  ['QUERY_TIR', 0x903, 16, 272],
  ['QUERY_RQT', 0x919, 16, 272],
  ['QUERY_RMP', 0x90f, 16, 272],
  ['QUERY_DCT', 0x713, 16, 128],
  ['QUERY_SRQ', 0x702, 16, 272],
  ['QUERY_XRQ', 0x719, 16, 336],
  ['QUERY_XRC_SRQ', 0x707, 16, 272],
  ['QUERY_MKEY', 0x201, 16, 304],
  ['QUERY_PACKET_REFORMAT_CONTEXT', 0x93f, 32, 28],
];
/** And those that ask for something else. */
const others: readonly (readonly [string, number, number])[] = [
  ['QUERY_Q_COUNTER', 0x773, 32],
  ['QUERY_PAGES', 0x107, 16],
  ['QUERY_OTHER_HCA_CAP', 0x10e, 16],
  ['QUERY_L2_TABLE_ENTRY', 0x82a, 64],
  ['QUERY_ISSI', 0x10a, 16],
  ['QUERY_VPORT_STATE', 0x750, 16],
  ['QUERY_ESW_VPORT_CONTEXT', 0x752, 16],
  ['QUERY_VPORT_COUNTER', 0x770, 32],
  ['QUERY_VNIC_ENV', 0x76f, 16],
  ['QUERY_SPECIAL_CONTEXTS', 0x203, 16],
  ['QUERY_MAD_DEMUX', 0x80b, 16],
  ['QUERY_CONG_STATISTICS', 0x826, 16],
  ['QUERY_CONG_PARAMS', 0x824, 16],
  ['QUERY_CONG_STATUS', 0x822, 16],
  ['QUERY_ADAPTER', 0x101, 16],
  ['QUERY_WOL_ROL', 0x831, 16],
  ['QUERY_LAG', 0x842, 16],
  ['QUERY_ESW_FUNCTIONS', 0x740, 16],
  ['QUERY_VHCA_MIGRATION_STATE', 0x117, 16],
  ['QUERY_FLOW_TABLE', 0x932, 64],
  ['QUERY_FLOW_GROUP', 0x935, 64],
  ['QUERY_FLOW_TABLE_ENTRY', 0x937, 64],
  ['QUERY_FLOW_COUNTER', 0x93b, 32],
  ['QUERY_NIC_VPORT_CONTEXT', 0x754, 16],
  ['QUERY_HCA_VPORT_CONTEXT', 0x762, 16],
  ['QUERY_HCA_VPORT_GID', 0x764, 16],
  ['QUERY_HCA_VPORT_PKEY', 0x765, 16],
  ['QUERY_ROCE_ADDRESS', 0x760, 16],
  ['QUERY_SCHEDULING_ELEMENT', 0x784, 64],
  ['QUERY_SF_PARTITION', 0x111, 16],
];

test('every query of the reference is there, with the inbox that it says', (t) => {
  const expected = [...documented.map(([name, opcode, inBytes]) => [name, opcode, inBytes] as const), ...others];
  for (const [name, opcode, inBytes] of expected) {
    t.like(commandTable.get(opcode), { name, inBytes }, name);
  }
  t.deepEqual([...objectQueries.keys()].sort(), documented.map(([name]) => name).sort());
});

/** The objects of the device under test, seen from inside. */
function objectsOf({ card, firmware }: DeviceUnderTest): Objects {
  return createObjects(card, firmware.profile);
}

function* idsOf(objects: Objects, name: string): Iterable<number> {
  const ids = objectQueries.get(name)!.ids(objects);
  for (let id = ids.next(0); id !== undefined; id = ids.next(id + 1)) yield id;
}

function ask(
  device: DeviceUnderTest,
  name: string,
  id: number,
  length: number,
): { status: number; outbox: Uint8Array } {
  const [, opcode, inBytes] = documented.find(([known]) => known === name)!;
  const inbox = new Uint8Array(inBytes);
  inbox.set(header(opcode));
  new DataView(inbox.buffer).setUint32(8, id);
  const { trace, outbox } = device.command(inbox, length);
  return { status: trace.status, outbox };
}

for (const [host, card] of [
  ['gpu-a', 0],
  ['gpu-a', 1],
  ['gpu-b', 1],
] as const) {
  test(`${host} card ${card}: every object answers to its number, and no other number does`, (t) => {
    const device = makeDevice({ host, card });
    const objects = objectsOf(device);
    for (const [name, , , outBytes] of documented) {
      const ids = [...idsOf(objects, name)];
      t.true(ids.length > 0, name);
      t.is(ids.length, objectQueries.get(name)!.ids(objects).size);
      for (const id of ids) {
        // Lists stand behind the fixed part.
        const { status, outbox } = ask(device, name, id, outBytes + 64);
        t.is(status, 0, `${name} ${id}`);
        t.true(
          outbox.subarray(16).some((byte) => byte !== 0),
          `${name} ${id} has something to say`,
        );
      }
      const gap = ids.at(-1)! + 1;
      t.is(ask(device, name, gap, outBytes).status, 5, `${name} ${gap}`);
    }
  });
}

/** Fields that name other objects, and by which query these answer. */
const references: readonly (readonly [string, string, string, string])[] = [
  ['QUERY_CQ', 'cq_context', 'c_eqn_or_apu_element', 'QUERY_EQ'],
  ['QUERY_QP', 'qpc', 'cqn_snd', 'QUERY_CQ'],
  ['QUERY_QP', 'qpc', 'cqn_rcv', 'QUERY_CQ'],
  ['QUERY_SQ', 'sq_context', 'cqn', 'QUERY_CQ'],
  ['QUERY_RQ', 'rq_context', 'cqn', 'QUERY_CQ'],
  ['QUERY_SRQ', 'srq_context_entry', 'cqn', 'QUERY_CQ'],
  ['QUERY_XRC_SRQ', 'xrc_srq_context_entry', 'cqn', 'QUERY_CQ'],
  ['QUERY_DCT', 'dct_context_entry', 'cqn', 'QUERY_CQ'],
  ['QUERY_XRQ', 'xrq_context', 'cqn', 'QUERY_CQ'],
  ['QUERY_RQT', 'rqt_context', 'rq_num[0].rq_num', 'QUERY_RQ'],
];
for (const [from, context, field, to] of references) {
  test(`${from} ${field} names an object that is there`, (t) => {
    const device = makeDevice();
    for (const id of idsOf(objectsOf(device), from)) {
      // The list of QUERY_RQT begins behind its 272 bytes.
      const { outbox } = ask(device, from, id, 400);
      const named =
        field === 'rq_num[0].rq_num'
          ? new DataView(outbox.buffer).getUint32(0x110)
          : Number(getField(outbox, `${from.toLowerCase()}_out`, `${context}.${field}`));
      t.is(ask(device, to, named, 272).status, 0, `${from} ${id}: ${named}`);
    }
  });
}

test('queue pairs of a program share what programs share', (t) => {
  const device = makeDevice();
  const field = (query: string, id: number, path: string): number =>
    Number(getField(ask(device, query, id, 272).outbox, `${query.toLowerCase()}_out`, path));
  const [first, last, next] = [0x1048, 0x104f, 0x1050];
  t.is(field('QUERY_QP', first, 'qpc.pd'), field('QUERY_QP', last, 'qpc.pd'));
  t.not(field('QUERY_QP', first, 'qpc.pd'), field('QUERY_QP', next, 'qpc.pd'));
  // The third program receives on an SRQ of its own protection domain.
  const third = 0x1048 + 16;
  t.is(field('QUERY_QP', third, 'qpc.rq_type'), 1);
  const srqn = field('QUERY_QP', third, 'qpc.srqn_rmpn_xrqn');
  t.is(field('QUERY_SRQ', srqn, 'srq_context_entry.pd'), field('QUERY_QP', third, 'qpc.pd'));
  t.is(field('QUERY_MKEY', 0x1000, 'memory_key_mkey_entry.pd'), field('QUERY_QP', first, 'qpc.pd'));
});

test('ten thousand queue pairs cost nothing until they are asked for', (t) => {
  const device = makeDevice({
    edit: (profile) => ({
      ...profile,
      functions: profile.functions.map((fn) => ({ ...fn, objects: { ...fn.objects, queuePairs: 10_000 } })),
    }),
  });
  t.is(ask(device, 'QUERY_QP', 0x1048 + 9_999, 272).status, 0);
  t.is(ask(device, 'QUERY_QP', 0x1048 + 10_000, 272).status, 5);
  t.is(ask(device, 'QUERY_CQ', 0x1000 + 2_499, 272).status, 0);
});

test('the same seed makes the same objects, another seed others', (t) => {
  const answer = (seed: number): Uint8Array => ask(makeDevice({ seed }), 'QUERY_QP', 0x1048, 272).outbox;
  t.deepEqual(answer(1), answer(1));
  t.notDeepEqual(answer(1), answer(2));
});
