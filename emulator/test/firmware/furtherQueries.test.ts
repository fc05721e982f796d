import test from 'ava';
import { type DeviceOptions, type DeviceUnderTest, header, makeDevice } from './device.ts';
import { words } from './dump.ts';

const [OK, BAD_PARAM, BAD_RES] = [0, 3, 5];

/** A command by its opcode, whole words of its inbox set by byte offset. */
function command(
  device: DeviceUnderTest,
  opcode: number,
  inBytes: number,
  set: Record<number, number>,
  outBytes = 1100,
) {
  const inbox = new Uint8Array(inBytes);
  inbox.set(header(opcode));
  for (const [at, word] of Object.entries(set)) new DataView(inbox.buffer).setUint32(Number(at), word);
  const { trace, outbox } = device.command(inbox, outBytes);
  return { ...trace, outbox, words: words(outbox) };
}

const OTHER_VPORT = 0x8000_0000;
/** opcode, bytes of the inbox, its words, host, status: what exists and what does not. */
const cases: readonly (readonly [string, number, number, Record<number, number>, DeviceOptions, number])[] = [
  ['own vport', 0x750, 16, {}, {}, OK],
  ['vport 0 as another', 0x750, 16, { 8: OTHER_VPORT }, {}, OK],
  ['the uplink', 0x750, 16, { 8: OTHER_VPORT | 0xffff }, {}, OK],
  ['a vport that is not there', 0x750, 16, { 8: OTHER_VPORT | 7 }, {}, BAD_PARAM],
  ['the vport of a VF', 0x752, 16, { 8: OTHER_VPORT | 1 }, { host: 'gpu-c' }, OK],
  ['the counters of port 2 of one', 0x770, 32, { 8: 2 << 16 }, {}, BAD_PARAM],
  ['the counter set of a netdev', 0x773, 32, { 28: 1 }, {}, OK],
  ['the counter set of a port', 0x773, 32, { 28: 0x10 }, {}, OK],
  ['a counter set that is not there', 0x773, 32, { 28: 0x20 }, {}, BAD_RES],
  ['the reaction point', 0x824, 16, { 8: 1 }, {}, OK],
  ['an unknown congestion protocol', 0x824, 16, { 8: 3 }, {}, BAD_PARAM],
  ['congestion of priority 7', 0x822, 16, { 8: 0x71 }, {}, OK],
  ['congestion of priority 8', 0x822, 16, { 8: 0x81 }, {}, BAD_PARAM],
  ['the first MAC address', 0x82a, 64, { 20: 0 }, {}, OK],
  ['a free entry of the MAC table', 0x82a, 64, { 20: 99 }, {}, BAD_RES],
  ['GIDs of an InfiniBand port', 0x764, 16, {}, { card: 1 }, OK],
  ['GIDs of an Ethernet port', 0x764, 16, {}, {}, BAD_PARAM],
  ['a RoCE address', 0x760, 16, { 8: 3 << 16 }, {}, OK],
  ['a RoCE address of InfiniBand', 0x760, 16, {}, { card: 1 }, BAD_PARAM],
  ['the root of scheduling', 0x784, 64, { 8: 2 << 24, 12: 1 }, {}, OK],
  ['a scheduling element that is not there', 0x784, 64, { 8: 2 << 24, 12: 9 }, {}, BAD_RES],
  ['a root flow table', 0x932, 64, { 20: 1 }, {}, OK],
  ['a flow table of another type', 0x932, 64, { 16: 4 << 24, 20: 1 }, {}, BAD_RES],
  ['a flow group', 0x935, 64, { 20: 3, 24: 1 }, {}, OK],
  ['a flow group that is not there', 0x935, 64, { 20: 3, 24: 9 }, {}, BAD_RES],
  ['a flow entry', 0x937, 64, { 20: 3, 32: 10 }, {}, OK],
  ['a flow entry that is not there', 0x937, 64, { 20: 3, 32: 15 }, {}, BAD_RES],
  ['a flow counter', 0x93b, 32, { 28: 1 }, {}, OK],
  ['no flow counter', 0x93b, 32, { 28: 0 }, {}, BAD_RES],
  ['migration of a VF', 0x117, 16, { 8: 1 }, { host: 'gpu-c' }, OK],
  ['pages of the function itself', 0x107, 16, {}, {}, OK],
  ['pages of a function that is not there', 0x107, 16, { 8: 5 }, {}, BAD_PARAM],
  ['capabilities of a VF', 0x10e, 16, { 8: 1 }, { host: 'gpu-c' }, OK],
  ['capabilities of a VF that is not there', 0x10e, 16, { 8: 1 }, {}, BAD_PARAM],
  ['migration of the PF itself', 0x117, 16, { 8: 0 }, { host: 'gpu-c' }, BAD_RES],
];
for (const [name, opcode, inBytes, set, options, status] of cases) {
  test(`${name}: status ${status}`, (t) => {
    const answer = command(makeDevice(options), opcode, inBytes, set);
    t.is(answer.status, status);
    t.is(answer.syndrome === 0, status === OK);
    t.is(answer.mutation, undefined);
  });
}

/** opcode, inbox, where its clear bit is, a counter in the outbox. */
const cleared: readonly (readonly [string, number, number, number, Record<number, number>, number])[] = [
  ['QUERY_Q_COUNTER', 0x773, 32, 0x18, { 28: 0x10 }, 0x10],
  ['QUERY_VPORT_COUNTER', 0x770, 32, 0x18, {}, 0x94],
  ['QUERY_FLOW_COUNTER', 0x93b, 32, 0x18, { 28: 1 }, 0x14],
  ['QUERY_CONG_STATISTICS', 0x826, 16, 0x8, {}, 0x58],
];
for (const [name, opcode, inBytes, clearAt, set, at] of cleared) {
  test(`${name} counts up; its clear bit sets it to 0 after the answer, which is a change`, (t) => {
    const device = makeDevice();
    const counted = (more: Record<number, number> = {}) => command(device, opcode, inBytes, { ...set, ...more });
    const before = counted().words[at / 4]!;
    t.true(before > 0);
    device.advance(10);
    t.true(counted().words[at / 4]! > before);
    const clearing = counted({ [clearAt]: 0x8000_0000 });
    t.regex(clearing.mutation ?? '', /cleared/);
    t.true(clearing.words[at / 4]! > 0);
    t.is(counted().words[at / 4], 0);
    device.advance(10);
    t.true(counted().words[at / 4]! > 0);
  });
}

test('a flow entry ends in its destination and its counter, 8 bytes each', (t) => {
  // IPv4 over TCP: table 3, entry 0, to the first TIR (0x10), counter 1.
  const { words: out } = command(makeDevice(), 0x937, 64, { 20: 3, 32: 0 });
  const context = 0x40;
  t.is(out[(context + 0xc) / 4]! & 0xffff, 0xc, 'forward and count');
  t.is(out[(context + 0x10) / 4]! & 0xffffff, 1);
  t.is(out[(context + 0x14) / 4]! & 0xffffff, 1);
  // match_value at 0x40 in it, outer headers first: ip_protocol 0x10.24:8, ip_version 0x10.9:4.
  const header = out[(context + 0x40 + 0x10) / 4]!;
  t.is(header >>> 24, 6);
  t.is((header >>> 9) & 0xf, 4);
  t.is(out[(context + 0x300) / 4], 0x0200_0010, 'destination_type TIR');
  t.is(out[(context + 0x308) / 4], 1);
});

test('many flow counters in one command are what they are one by one', (t) => {
  const device = makeDevice();
  const bulk = command(device, 0x93b, 32, { 24: 4, 28: 2 }).outbox;
  for (let at = 0; at < 4; at++) {
    const single = command(device, 0x93b, 32, { 28: 2 + at }).outbox;
    t.deepEqual(bulk.subarray(16 + 16 * at, 32 + 16 * at), single.subarray(16, 32));
  }
});

test('the same MAC address everywhere', (t) => {
  const device = makeDevice();
  const mac = (bytes: Uint8Array, at: number): string => Buffer.from(bytes.subarray(at + 2, at + 8)).toString('hex');
  const expected = device.card.profile.baseMac.replaceAll(':', '');
  t.is(mac(command(device, 0x82a, 64, {}).outbox, 0x20), expected);
  const context = command(device, 0x754, 16, {}).outbox;
  t.is(mac(context, 0x10 + 0xf4), expected, 'permanent_address');
  t.is(mac(context, 0x110), expected, 'current_uc_mac_address');
  const guid = Buffer.from(context.subarray(0x10 + 0x30, 0x10 + 0x38)).toString('hex');
  t.is(guid, `${expected.slice(0, 6)}0300${expected.slice(6)}`, 'port_guid is the EUI-64');
});
