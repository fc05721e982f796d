import test from 'ava';
import { accessRegister, type DeviceUnderTest, header, makeDevice } from './device.ts';
import { type DumpArguments, dump, dumpRequest, message, nextRequest, RESOURCE_DUMP, segments, words } from './dump.ts';

const [INFO, COMMAND, TERMINATE, ERROR, REFERENCE, NOTICE] = [0xfffe, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xfff9];
const [OK, BAD_PARAM] = [0, 3];
const QPN = 0x1048;

test('a dump of a queue pair: information, request, context, suggestions, end', (t) => {
  const found = segments(dump(makeDevice(), { type: 0x1000, index1: QPN }));
  t.deepEqual(
    found.map(({ type }) => type),
    [INFO, COMMAND, 0x1000, ...found.slice(3, -1).map(() => REFERENCE), TERMINATE],
  );
  t.deepEqual(words(found[1]!.bytes), [0x0005_fffa, 0x1000_0000, QPN, 0, 0]);
  // 16 bytes of header before 256 of context: 68 words.
  t.deepEqual(words(found[2]!.bytes.subarray(0, 16)), [0x0044_1000, 0, QPN, 0]);
  // The first suggestion is the send CQ: FULL_CQC of 0x1000.
  t.deepEqual(words(found[3]!.bytes), [0x0005_fffd, 0x1200, 0x1000, 0, 0]);
});

test('PRM_QUERY_QP holds what QUERY_QP answers', (t) => {
  const device = makeDevice();
  const inbox = header(0x50b);
  inbox.set([QPN >>> 8, QPN & 0xff], 10);
  const { outbox } = device.command(inbox, 272);
  const found = segments(dump(device, { type: 0x4000, index1: QPN }));
  t.deepEqual(words(found[2]!.bytes.subarray(16)), words(outbox));
});

const messages: readonly (readonly [string, DumpArguments, number, string])[] = [
  ['an object that is not there', { type: 0x1000, index1: 0xabcde }, ERROR, 'QPN 0xabcde NOT FOUND'],
  [
    '"all" where the menu has it not',
    { type: 0x1000, index1: QPN, count1: 0xffff },
    ERROR,
    'NUM_OF_OBJ1 ALL NOT SUPPORTED',
  ],
  ['"active" where the menu has it not', { type: 0x1000, count1: 0xfffe }, ERROR, 'NUM_OF_OBJ1 ACTIVE NOT SUPPORTED'],
  ['a second index that the type has not', { type: 0x1000, index1: QPN, index2: 1 }, NOTICE, 'INDEX2 IGNORED'],
  ['a count that the type has not', { type: 0x1000, index1: QPN, count1: 2 }, NOTICE, 'NUM_OF_OBJ1 IGNORED'],
];
for (const [name, request, type, text] of messages) {
  test(`${name} is said in a segment`, (t) => {
    const found = segments(dump(makeDevice(), request));
    t.is(found[2]!.type, type);
    t.is(found[2]!.bytes.length, 48);
    t.is(message(found[2]!), text);
    t.not(words(found[2]!.bytes)[1], 0, 'syndrome_id');
    t.is(
      found.some((segment) => segment.type === request.type),
      type === NOTICE,
      'a notice does not end the dump',
    );
    t.is(found.at(-1)!.type, TERMINATE);
  });
}

test('Linux runs it with op_mod 0; the answer is the same and nothing is kept', (t) => {
  const device = makeDevice();
  const read = dumpRequest({ type: 0x1000, index1: QPN });
  const write = read.with(7, 0);
  const [one, other] = [device.command(read, 272), device.command(write, 272)];
  t.is(other.trace.mutation, undefined);
  t.deepEqual(words(other.outbox).slice(16), words(one.outbox).slice(16));
});

/** A client that does not echo what it got. */
const strayings: readonly (readonly [string, (inbox: Uint8Array, device: DeviceUnderTest) => void])[] = [
  ['the sequence number', (inbox) => (inbox[17] = 9)],
  ['the opaque value', (inbox) => (inbox[16 + 0x1f]! ^= 1)],
  ['more_dump', (inbox) => (inbox[16] = 0x40)],
  ['the segment type', (inbox) => inbox.set([0x12, 0], 18)],
  ['the index', (inbox) => (inbox[16 + 0xb]! ^= 1)],
  ['the number of objects', (inbox) => (inbox[16 + 0x11]! ^= 1)],
  ['inline_dump', (inbox) => (inbox[16] = 0x80)],
];
for (const [name, stray] of strayings) {
  test(`a continuation with another value of ${name} is refused, and the dump is over`, (t) => {
    const device = makeDevice();
    const first = dumpRequest({ type: 0xffff });
    const { outbox } = device.command(first, 272);
    const good = nextRequest(first, outbox);
    const bad = good.slice();
    stray(bad, device);
    t.is(device.command(bad, 272).trace.status, BAD_PARAM);
    if (name !== 'the opaque value') t.is(device.command(good, 272).trace.status, BAD_PARAM);
    t.is(dump(device, { type: 0xffff }).length, 2388);
  });
}

test('a reply can be continued once, and by its own user context only', (t) => {
  const device = makeDevice();
  const first = dumpRequest({ type: 0xffff });
  const next = nextRequest(first, device.command(first, 272).outbox);
  const other = device.firmware.uids.create(7)!;
  t.is(device.firmware.execute(other, next, new Uint8Array(272)).status, BAD_PARAM);
  t.is(device.command(next, 272).trace.status, OK);
  t.is(device.command(next, 272).trace.status, BAD_PARAM);
});

test('a user context that takes over the UID of one that ended gets nothing of its dumps', (t) => {
  const device = makeDevice();
  const first = dumpRequest({ type: 0xffff });
  const next = nextRequest(first, device.command(first, 272).outbox);
  device.firmware.uids.destroy(device.uid);
  t.is(device.firmware.uids.create(7), device.uid);
  t.is(device.command(next, 272).trace.status, BAD_PARAM);
});

test('dumps of one client run beside one another; the ninth makes firmware forget the first', (t) => {
  const device = makeDevice();
  const first = dumpRequest({ type: 0xffff });
  const continuations = Array.from({ length: 9 }, () => nextRequest(first, device.command(first, 272).outbox));
  const statuses = continuations.toReversed().map((next) => device.command(next, 272).trace.status);
  t.deepEqual(statuses, [...Array.from({ length: 8 }, () => OK), BAD_PARAM]);
});

const refused: readonly (readonly [string, (inbox: Uint8Array) => void])[] = [
  ['a type that is not in the menu', (inbox) => inbox.set([0x77, 0x77], 18)],
  ['a reserved number of objects', (inbox) => inbox.set([0xff, 0xf1], 16 + 0x10)],
  ['a mandatory number of objects that is missing', (inbox) => inbox.set([0x20, 0x20], 18)],
  ['another function', (inbox) => inbox.set([0x60, 0, 0x10, 0, 0, 0, 0, 9], 16)],
  ['a first request in the middle', (inbox) => (inbox[16] = 0xc0)],
  ['memory of no size', (inbox) => (inbox[16] = 0)],
];
for (const [name, edit] of refused) {
  test(`${name} is a bad parameter`, (t) => {
    const inbox = dumpRequest({ type: 0x1000, index1: QPN });
    edit(inbox);
    const { trace } = makeDevice().command(inbox, 272);
    t.is(trace.status, BAD_PARAM);
    t.not(trace.syndrome, 0);
  });
}

test('the physical function dumps what its virtual functions have, by vhca_id', (t) => {
  const asTools = (uid: number, device: DeviceUnderTest, inbox: Uint8Array): number =>
    device.firmware.execute(uid, inbox, new Uint8Array(272)).status;
  const device = makeDevice({
    host: 'gpu-c',
    edit: (profile) => ({
      ...profile,
      functions: profile.functions.map((fn) => ({ ...fn, uctxCap: 7, registers: 'all' })),
    }),
  });
  const uid = device.firmware.uids.create(7)!;
  const ofVf = dumpRequest({ type: 0x1300, index1: 8 });
  ofVf.set([0x60, 0, 0x13, 0, 0, 0, 0, 1], 16);
  t.is(asTools(uid, device, ofVf), OK);
  const outbox = new Uint8Array(272);
  device.firmware.execute(uid, ofVf, outbox);
  t.deepEqual(words(outbox.subarray(16 + 0x30 + 16, 16 + 0x30 + 24)), [0x0005_fffa, 0x1300_0001]);
  const noSuch = ofVf.with(16 + 7, 2);
  t.is(asTools(uid, device, noSuch), BAD_PARAM);
});

test('the register has 256 bytes; fewer are refused', (t) => {
  const device = makeDevice();
  t.is(device.command(accessRegister(RESOURCE_DUMP, 252, 'read'), 272).trace.status, 0x50);
  t.is(device.command(accessRegister(RESOURCE_DUMP, 256, 'read'), 268).trace.status, 0x51);
});
