import test from 'ava';
import { type DeviceUnderTest, header, makeDevice } from './device.ts';
import { words } from './dump.ts';

const [QUERY_EQ, QUERY_CQ, QUERY_QP] = [0x303, 0x402, 0x50b];
const [OK, BAD_RES, BAD_INPUT_LEN, BAD_OUTPUT_LEN] = [0, 5, 0x50, 0x51];
const FIRST_QPN = 0x1048;

/** Asks for one object; the number stands in 0x8.0:24. */
function query(device: DeviceUnderTest, opcode: number, id: number, length = 272) {
  const inbox = header(opcode);
  inbox.set([id >>> 16, (id >>> 8) & 0xff, id & 0xff], 9);
  const { trace, outbox } = device.command(inbox, length);
  return { ...trace, outbox, words: words(outbox.subarray(0, length & ~3)) };
}

test('a queue pair has its fields where the documentation has them', (t) => {
  const { status, words: out } = query(makeDevice(), QUERY_QP, FIRST_QPN);
  t.is(status, OK);
  // The context begins at 0x18; positions by hand (reference, qpc).
  const qpc = (byte: number): number => out[(0x18 + byte) / 4]!;
  t.is(qpc(0) >>> 28, 3, 'state RTS');
  t.is((qpc(0) >>> 16) & 0xff, 0, 'st RC');
  t.is((qpc(0) >>> 11) & 3, 3, 'pm_state migrated');
  t.is(qpc(4) & 0xffffff, 0x10, 'pd');
  t.is(qpc(8) >>> 29, 5, 'mtu 4096');
  t.is((qpc(8) >>> 24) & 0x1f, 30, 'log_msg_max');
  t.is((qpc(8) >>> 19) & 0xf, 8, 'log_rq_size');
  t.is((qpc(8) >>> 11) & 0xf, 8, 'log_sq_size');
  t.is(qpc(0xc) >>> 24, 0x10, 'counter_set_id');
  t.is(qpc(0x10) & 0xffffff, FIRST_QPN, 'user_index');
  // The address path begins at 0x18 in it; IPv4 10.… as an IPv6 address in its bytes 0x10 to 0x1f.
  t.is(qpc(0x18 + 0x18), 0x0000_ffff);
  t.is(qpc(0x18 + 0x1c) >>> 24, 10);
  t.is((qpc(0x70) >>> 16) & 7, 7, 'retry_count');
  t.is(qpc(0x7c) & 0xffffff, 0x1000, 'cqn_snd');
  t.is(qpc(0x9c) & 0xffffff, 0x1001, 'cqn_rcv');
});

test('a queue pair, its completion queue and its event queue refer to one another', (t) => {
  const device = makeDevice();
  const qp = query(device, QUERY_QP, FIRST_QPN).words;
  const sendCq = qp[(0x18 + 0x7c) / 4]! & 0xffffff;
  const cq = query(device, QUERY_CQ, sendCq);
  t.is(cq.status, OK);
  // cqc at 0x10: log_cq_size 0xc.24:5, c_eqn 0x14, counters 0x28 and 0x2c.
  t.is((cq.words[(0x10 + 0xc) / 4]! >>> 24) & 0x1f, 9);
  const eqn = cq.words[(0x10 + 0x14) / 4]!;
  const eq = query(device, QUERY_EQ, eqn);
  t.is(eq.status, OK);
  t.is((eq.words[(0x10 + 0xc) / 4]! >>> 24) & 0x1f, 11, 'log_eq_size');
  t.is((eq.words[0x10 / 4]! >>> 8) & 0xf, 9, 'st armed');
});

test('counters of queues move with time, and stand still with it', (t) => {
  const device = makeDevice();
  const psn = (): number => query(device, QUERY_QP, FIRST_QPN).words[(0x18 + 0x78) / 4]!;
  const produced = (): number => query(device, QUERY_CQ, 0x1000).words[(0x10 + 0x2c) / 4]!;
  const before = [psn(), produced()];
  t.deepEqual([psn(), produced()], before);
  device.advance(1);
  t.not(psn(), before[0]);
  t.not(produced(), before[1]);
});

test('the event queue of asynchronous events says for which', (t) => {
  const { words: out } = query(makeDevice(), QUERY_EQ, 5);
  t.is(out[0x5c / 4]! & (1 << 9), 1 << 9, 'port state change, event 0x9');
});

const refusals: readonly (readonly [string, number, number, number, number])[] = [
  ['a queue pair that is not there', QUERY_QP, 0xfffff, 272, BAD_RES],
  ['a completion queue that is not there', QUERY_CQ, 0x3ff, 272, BAD_RES],
  ['an event queue that is not there', QUERY_EQ, 3, 272, BAD_RES],
  ['an outbox that holds no header', QUERY_QP, FIRST_QPN, 15, BAD_OUTPUT_LEN],
];
for (const [name, opcode, id, length, status] of refusals) {
  test(`${name} is refused`, (t) => {
    const { outbox, ...answer } = query(makeDevice(), opcode, id, length);
    t.is(answer.status, status);
    t.not(answer.syndrome, 0);
    t.true(outbox.subarray(8).every((byte) => byte === 0));
  });
}

test('an inbox without the number is too short', (t) => {
  t.is(makeDevice().command(header(QUERY_QP).subarray(0, 12), 272).trace.status, BAD_INPUT_LEN);
});

test('a short outbox gets the beginning', (t) => {
  const device = makeDevice();
  t.deepEqual(query(device, QUERY_QP, FIRST_QPN, 64).outbox, query(device, QUERY_QP, FIRST_QPN).outbox.subarray(0, 64));
});

test('without tools rights, objects of others are not there', (t) => {
  const device = makeDevice();
  const asked = (capabilities: number, opcode: number, id: number): number => {
    const uid = device.firmware.uids.create(capabilities)!;
    const inbox = header(opcode);
    inbox.set([id >>> 16, (id >>> 8) & 0xff, id & 0xff], 9);
    return device.firmware.execute(uid, inbox, new Uint8Array(272)).status;
  };
  const [RAW_TX, INTERNAL, TOOLS] = [1, 2, 4];
  t.is(asked(TOOLS, QUERY_QP, FIRST_QPN), OK);
  t.is(asked(RAW_TX, QUERY_QP, FIRST_QPN), BAD_RES, "a program's");
  t.is(asked(INTERNAL, QUERY_QP, FIRST_QPN), BAD_RES);
  t.is(asked(RAW_TX, QUERY_EQ, 5), BAD_RES, "the driver's");
  t.is(asked(INTERNAL, QUERY_EQ, 5), OK);
});
