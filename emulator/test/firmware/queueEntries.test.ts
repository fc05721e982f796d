import test from 'ava';
import fc from 'fast-check';
import { latestAt, ownerBit } from '../../src/firmware/objects/entries/ring.ts';
import { type DeviceUnderTest, header, makeDevice } from './device.ts';
import { dump, segments, words } from './dump.ts';

const ALL = 0xffff;

/** All entries of a buffer dump, `size` bytes each. */
function entries(device: DeviceUnderTest, type: number, index1: number, size: number): Uint8Array[] {
  const parts = segments(dump(device, { type, index1, count2: ALL })).filter((segment) => segment.type === type);
  const bytes = Buffer.concat(parts.map((part) => part.bytes.subarray(16)));
  return Array.from({ length: bytes.length / size }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

function query(device: DeviceUnderTest, opcode: number, id: number): number[] {
  const inbox = header(opcode);
  new DataView(inbox.buffer).setUint32(8, id);
  return words(device.command(inbox, 272).outbox);
}

test('a place in a ring holds the latest entry that was written there', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 8 }), (written, log) => {
      const ring = 2 ** log;
      const places: (number | undefined)[] = Array.from({ length: ring }, () => undefined);
      for (let entry = 0; entry < written; entry++) places[entry % ring] = entry;
      return places.every((entry, place) => latestAt(written, ring, place) === entry);
    }),
  );
  t.deepEqual(
    [0, 7, 8, 15, 16].map((entry) => ownerBit(entry, 8)),
    [0, 0, 1, 1, 0],
  );
});

test('work requests of a queue pair: control, remote address and data segment where the PRM has them', (t) => {
  const device = makeDevice();
  device.advance(100);
  const qpn = 0x1048;
  const found = entries(device, 0x1001, qpn, 64);
  t.is(found.length, 256, 'log_sq_size 8');
  // sw_sq_wqebb_counter, qpc 0xb4.0:16: the next request that software will post.
  const next = query(device, 0x50b, qpn)[(0x18 + 0xb4) / 4]! & 0xffff;
  for (const [place, wqe] of found.entries()) {
    const [control, number, , , remote, , rkey] = words(wqe);
    const index = (control! >>> 8) & 0xffff;
    t.is(index % 256, place);
    t.true((next - 1 - index + 0x10000) % 0x10000 < 256, 'of the latest 256');
    t.is(number! >>> 8, qpn);
    const opcode = control! & 0xff;
    t.true([0x8, 0xa, 0x10].includes(opcode));
    t.is(number! & 0x3f, opcode === 0xa ? 2 : 3, 'segments');
    if (opcode === 0xa) continue;
    t.not(remote! + rkey!, 0);
    const [length, lkey] = words(wqe.subarray(32));
    t.true(length! >= 64);
    // A key of the program: the second of its four.
    t.is(lkey! >>> 8, 0x1001);
  }
});

test('completions say whose lap they are of, and end with the newest that the context counts', (t) => {
  const device = makeDevice();
  const cqn = 0x1000;
  const context = query(device, 0x402, cqn);
  const produced = context[(0x10 + 0x2c) / 4]! & 0xffffff;
  const found = entries(device, 0x1201, cqn, 64);
  t.is(found.length, 512, 'log_cq_size 9');
  const lapOf = (place: number): number => Math.floor((produced - 1 - place) / 512) & 1;
  for (const [place, cqe] of found.entries()) {
    t.is(cqe[63]! & 1, lapOf(place), `owner of ${place}`);
    t.true([0x0, 0xd].includes(cqe[63]! >>> 4), 'requester, or its error');
    const qpn = words(cqe)[0x38 / 4]! & 0xffffff;
    t.true(qpn >= 0x1048 && qpn < 0x1050);
  }
});

test('a queue pair in error has completions with the syndrome of flushed requests', (t) => {
  // Queue pair 21 of the first 32 is in error: its program's send queue is 0x1004.
  const flushed = entries(makeDevice(), 0x1201, 0x1004, 64).filter((cqe) => cqe[63]! >>> 4 === 0xd);
  t.true(flushed.length > 0);
  for (const cqe of flushed) {
    t.deepEqual([cqe[0x36], cqe[0x37]], [0xf5, 0x05]);
    t.is(words(cqe)[0x38 / 4]! & 0xffffff, 0x1048 + 21);
  }
});

test('what a netdev has not used yet is marked as the driver marks it', (t) => {
  // No cable: nothing was ever sent or received.
  const device = makeDevice({ host: 'gpu-b', card: 1 });
  for (const cqe of entries(device, 0x1201, 0x401, 64)) {
    t.is(cqe[63], 0xf1, 'invalid, owned by hardware');
    t.true(cqe.subarray(0, 63).every((byte) => byte === 0));
  }
  t.true(entries(device, 0x1001, 0x100, 64).every((wqe) => wqe.every((byte) => byte === 0)));
});

test('a receive queue is full: each entry a data segment, where there is room for two also the end of the list', (t) => {
  const device = makeDevice();
  for (const segment of entries(device, 0x1002, 0x110, 16)) {
    const [length, lkey] = words(segment);
    t.is(length, 4096);
    t.is(lkey! >>> 8, 0x10, 'the key of the netdev');
  }
  // QP 1: entries of four segments.
  const management = entries(device, 0x1002, 1, 16);
  t.is(management.length, 512 * 4);
  t.deepEqual(words(management[1]!), [0, 0x100, 0, 0]);
  t.deepEqual(words(management[2]!), [0, 0, 0, 0]);
});

test('a shared receive queue is a list: each entry names the next one', (t) => {
  const found = entries(makeDevice(), 0x1101, 0x1000, 16);
  t.is(found.length, 512 * 2);
  for (let entry = 0; entry < 512; entry++) {
    t.is(words(found[2 * entry]!)[0]! & 0xffff, (entry + 1) % 512);
    t.is(words(found[2 * entry + 1]!)[0], 4096);
  }
});

test('events of a completion event queue name completion queues that report to it', (t) => {
  const device = makeDevice();
  const eqn = 8;
  const found = entries(device, 0x1301, eqn, 64);
  t.is(found.length, 2048, 'log_eq_size 11');
  const named = new Set(found.map((eqe) => words(eqe)[0x38 / 4]!));
  t.true(named.size > 2);
  for (const cqn of named) t.is(query(device, 0x402, cqn)[(0x10 + 0x14) / 4], eqn, cqn.toString(16));
  t.true(found.every((eqe) => eqe[1] === 0));
});

test('the events of the driver are port changes, commands and page requests', (t) => {
  const device = makeDevice();
  const type = (eqn: number): number => entries(device, 0x1301, eqn, 64)[0]![1]!;
  t.deepEqual([type(4), type(5), type(6)], [0xa, 0x9, 0xb]);
  // port_state_change: port in the upper half of byte 0x28; subtype 4 is active.
  const [event] = entries(device, 0x1301, 5, 64);
  t.is(event![3], 4);
  t.is(event![0x28], 0x10);
});

test('an entry does not change once it is written', (t) => {
  const device = makeDevice();
  const before = entries(device, 0x1201, 0x1000, 64);
  device.advance(0.0001);
  const after = entries(device, 0x1201, 0x1000, 64);
  const same = before.filter((cqe, place) => Buffer.compare(cqe, after[place]!) === 0);
  t.true(same.length > 400 && same.length < 512, `${same.length} of 512 are as they were`);
});
