import test from 'ava';
import { createFirmwareFunction } from '../../src/firmware/firmwareFunction.ts';
import { header, makeDevice } from './device.ts';
import { dump, dumpRequest, nextRequest, segments } from './dump.ts';

const [OK, BAD_PARAM, BAD_RES] = [0, 3, 5];
const BUS = 2 ** 40;
const START = 0x7f00_0000_0000;
const PAGE = 4096;

/** A device that may write into `pages` pages of memory, through a key of the first of two user contexts. */
function makeDeviceWithMemory(pages: number, localWrite = true) {
  const { card, firmware: known, advance } = makeDevice();
  const memory = new Uint8Array(pages * PAGE).fill(0xee);
  const firmware = createFirmwareFunction(card, known.profile, 0, {
    write: (address, bytes) => memory.set(bytes, address - BUS),
  });
  const uid = firmware.uids.create(7)!;
  const other = firmware.uids.create(7)!;
  const run = (inbox: Uint8Array, outLength = 272, as = uid) => {
    const outbox = new Uint8Array(outLength);
    return { status: firmware.execute(as, inbox, outbox).status, outbox };
  };
  const inboxOf = (opcode: number, length: number, set: Record<number, number>): Uint8Array => {
    const inbox = new Uint8Array(length);
    inbox.set(header(opcode));
    for (const [at, word] of Object.entries(set)) new DataView(inbox.buffer).setUint32(Number(at), word);
    return inbox;
  };
  const idOf = ({ outbox }: { outbox: Uint8Array }): number => new DataView(outbox.buffer).getUint32(8);
  const translations = Object.fromEntries(
    Array.from({ length: pages }, (_, page) => [
      [0x30 + 8 * page, 2 ** 8],
      [0x34 + 8 * page, (page * PAGE) | 3],
    ]).flat(),
  );
  const umem = idOf(run(inboxOf(0xa08, 0x30 + 8 * pages, { 44: pages, ...translations })));
  const pd = idOf(run(inboxOf(0x800, 16, {})));
  const MTT = 1 << 8;
  const mkey =
    idOf(
      run(
        inboxOf(0x200, 272, {
          12: 1 << 30,
          16: MTT | (localWrite ? 1 << 11 : 0) | (1 << 10),
          20: 0xffff_ff42,
          28: pd,
          32: 0x7f00,
          44: pages * PAGE,
          100: umem,
        }),
      ),
    ) *
      256 +
    0x42;

  /** A request that wants its dump in memory. */
  function request(type: number, index1: number, size: number, address = START, key = mkey): Uint8Array {
    const inbox = dumpRequest({ type, index1 });
    const fields = new DataView(inbox.buffer, 16);
    inbox[16] = 0;
    fields.setUint32(0x20, key);
    fields.setUint32(0x24, size);
    fields.setBigUint64(0x28, BigInt(address));
    return inbox;
  }

  /** Goes on as a client does: what is echoed from the reply, mode and place as before. */
  function next(inbox: Uint8Array, outbox: Uint8Array): Uint8Array {
    const following = nextRequest(inbox, outbox);
    following[16] = outbox[16]! & 0x80;
    following.set(inbox.subarray(16 + 0x20, 16 + 0x30), 16 + 0x20);
    return following;
  }

  return { memory, run, request, next, other, uid, mkey, advance, firmware };
}

const size = (outbox: Uint8Array): number => new DataView(outbox.buffer, outbox.byteOffset + 16).getUint32(0x24);

test('a dump into memory is the same as one through the register', (t) => {
  const device = makeDeviceWithMemory(8);
  for (const [type, index1] of [
    [0xffff, 0],
    [0x1000, 0x1048],
    [0x4015, 3],
  ] as const) {
    device.memory.fill(0xee);
    const { status, outbox } = device.run(device.request(type, index1, device.memory.length));
    t.is(status, OK);
    t.is(outbox[16]! & 0x80, 0, 'all at once');
    const inline = dump(makeDevice(), { type, index1 });
    t.is(size(outbox), inline.length);
    t.deepEqual(Buffer.from(device.memory.subarray(0, inline.length)), Buffer.from(inline));
    t.true(
      device.memory.subarray(inline.length).every((byte) => byte === 0xee),
      'nothing behind it is touched',
    );
    t.true(
      outbox.subarray(16 + 0x30).every((byte) => byte === 0),
      'nor is anything inline',
    );
  }
});

for (const room of [4, 100, 102, 4096]) {
  test(`with ${room} bytes of memory it takes several commands, each from the beginning of the memory`, (t) => {
    const device = makeDeviceWithMemory(1);
    const parts: Uint8Array[] = [];
    let inbox = device.request(0x1000, 0x1048, room);
    for (let sequence = 1; ; sequence++) {
      const { status, outbox } = device.run(inbox);
      t.is(status, OK);
      t.is(outbox[17]! & 0xf, sequence % 16);
      t.is(size(outbox) % 4, 0);
      parts.push(device.memory.slice(0, size(outbox)));
      if ((outbox[16]! & 0x80) === 0) break;
      t.is(size(outbox), room - (room % 4));
      inbox = device.next(inbox, outbox);
    }
    t.deepEqual(Buffer.concat(parts), Buffer.from(dump(makeDevice(), { type: 0x1000, index1: 0x1048 })));
  });
}

test('32 MiB of steering entries go into memory 8 MiB at a time', (t) => {
  const { firmware } = makeDeviceWithMemory(1);
  const inventory = { ...firmware.profile.objects, steeringEntries: 2 ** 19 };
  let written = 0;
  const large = createFirmwareFunction(firmware.card, { ...firmware.profile, objects: inventory }, 0, {
    write: (_, bytes) => {
      written += bytes.length;
    },
  });
  const found = new Set<number>();
  const uid = large.uids.create(7)!;
  const command = (inbox: Uint8Array): Uint8Array => {
    const outbox = new Uint8Array(272);
    t.is(large.execute(uid, inbox, outbox).status, OK);
    return outbox;
  };
  const pages = 4096;
  const umemInbox = new Uint8Array(0x30 + 8 * pages);
  umemInbox.set(header(0xa08));
  new DataView(umemInbox.buffer).setUint32(0x2c, pages);
  const [umem, pd] = [command(umemInbox), command(header(0x800))].map((out) => new DataView(out.buffer).getUint32(8));
  const key = new Uint8Array(272);
  key.set(header(0x200));
  const fields = new DataView(key.buffer);
  fields.setUint32(0xc, 1 << 30);
  fields.setUint32(0x10, 0xd00);
  fields.setUint32(0x1c, pd!);
  fields.setUint32(0x2c, pages * PAGE);
  fields.setUint32(0x64, umem!);
  const mkey = new DataView(command(key).buffer).getUint32(8) * 256;
  let inbox = dumpRequest({ type: 0x1311 });
  inbox[16] = 0;
  new DataView(inbox.buffer, 16).setUint32(0x20, mkey);
  new DataView(inbox.buffer, 16).setUint32(0x24, pages * PAGE);
  for (;;) {
    const outbox = command(inbox);
    found.add(size(outbox));
    if ((outbox[16]! & 0x80) === 0) break;
    const following = nextRequest(inbox, outbox);
    following[16] = 0x80;
    following.set(inbox.subarray(16 + 0x20, 16 + 0x30), 16 + 0x20);
    inbox = following;
  }
  t.is(written, 2 ** 25 + 1024 * 16 + 40, 'entries, a header for each 512 of them, and what is around them');
  t.true(found.has(8 * 2 ** 20));
});

const wrong: readonly (readonly [string, number, (device: ReturnType<typeof makeDeviceWithMemory>) => Uint8Array])[] = [
  ['another variant of the key', BAD_RES, (d) => d.request(0xffff, 0, PAGE, START, d.mkey + 1)],
  ['no key', BAD_RES, (d) => d.request(0xffff, 0, PAGE, START, 0)],
  ['memory before the key', BAD_PARAM, (d) => d.request(0xffff, 0, PAGE, START - 4)],
  ['more than the key covers', BAD_PARAM, (d) => d.request(0xffff, 0, PAGE + 4)],
  ['a size of less than a word', BAD_PARAM, (d) => d.request(0xffff, 0, 3)],
];
for (const [name, status, ask] of wrong) {
  test(`${name} is refused and nothing is written`, (t) => {
    const device = makeDeviceWithMemory(1);
    t.is(device.run(ask(device)).status, status);
    t.true(device.memory.every((byte) => byte === 0xee));
  });
}

test('a key without local write, or of another user context, takes no dump', (t) => {
  const readOnly = makeDeviceWithMemory(1, false);
  t.is(readOnly.run(readOnly.request(0xffff, 0, PAGE)).status, BAD_PARAM);
  const device = makeDeviceWithMemory(1);
  t.is(device.run(device.request(0xffff, 0, PAGE), 272, device.other).status, BAD_RES);
});

test('a dump that began in the register does not go on in memory', (t) => {
  const device = makeDeviceWithMemory(1);
  const first = dumpRequest({ type: 0xffff });
  const { outbox } = device.run(first);
  const inbox = device.next(device.request(0xffff, 0, PAGE), outbox);
  t.is(device.run(inbox).status, BAD_PARAM);
  t.true(segments(dump(makeDevice(), { type: 0xffff })).length === 4);
});
