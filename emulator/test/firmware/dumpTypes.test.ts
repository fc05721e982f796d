import test from 'ava';
import fc from 'fast-check';
import { sampleMenu } from '../../src/firmware/dump/menu.ts';
import { dumpSources } from '../../src/firmware/dump/sources/dumpSources.ts';
import { objectQueries } from '../../src/firmware/objects/objectQuery.ts';
import { createObjects } from '../../src/firmware/objects/objects.ts';
import { header, makeDevice } from './device.ts';
import { dump, dumpRequest, message, nextRequest, type Segment, segments, words } from './dump.ts';

const [INFO, COMMAND, TERMINATE, ERROR, REFERENCE] = [0xfffe, 0xfffa, 0xfffb, 0xfffc, 0xfffd];
const ALL = 0xffff;
const ACTIVE = 0xfffe;

/** An index that names something, by the menu's names for indices. */
const existing: Readonly<Record<string, number>> = { QPN: 0x1048, SRQN: 0x1000, CQN: 0x1000, EQN: 7, TABLE_ID: 1 };
const nameless = ['CNTR ID', 'CTX ID', 'MKEY_IX', 'MKEY_IDX'];

function firstIndex(name: string): number {
  return existing[name] ?? (nameless.includes(name) ? 1 : 0);
}

test('there is something to dump for every record of the menu, and for nothing else', (t) => {
  t.deepEqual(
    [...dumpSources.keys()].sort((a, b) => a - b),
    sampleMenu.map(({ type }) => type).sort((a, b) => a - b),
  );
});

for (const { type, name, index1, flags } of sampleMenu) {
  test(`${name}: whole segments in their order, at least one of them a resource`, (t) => {
    const count1 = flags.count1 === 'must' ? 1 : 0;
    // Ethernet, InfiniBand, and a port without a cable.
    for (const device of [makeDevice(), makeDevice({ card: 1 }), makeDevice({ host: 'gpu-b', card: 1 })]) {
      const found = segments(dump(device, { type, index1: firstIndex(index1), count1 }));
      const types = found.map((segment) => segment.type);
      t.deepEqual(types.slice(0, 2), [INFO, COMMAND]);
      t.is(types.at(-1), TERMINATE);
      const inner = types.slice(2, -1);
      t.true(inner.some((segment) => segment < 0xff00));
      t.true(inner.every((segment) => segment < 0xff00 || segment === REFERENCE));
    }
  });
}

test('whatever is asked for, every dump ends, in whole segments whose lengths add up', (t) => {
  const device = makeDevice();
  const menu = new Map(sampleMenu.map((record) => [record.type, record]));
  fc.assert(
    fc.property(
      fc.constantFrom(...menu.keys(), 0xffff),
      fc.oneof(fc.integer({ min: 0, max: 0x2000 }), fc.constantFrom(0x1048, 0x1000, 7, 1, 0xffff_ffff)),
      fc.oneof(fc.integer({ min: 0, max: 64 }), fc.constant(0xffff_ffff)),
      fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(ALL, ACTIVE)),
      fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(ALL, ACTIVE)),
      (type, index1, index2, count1, count2) => {
        const { trace } = device.command(dumpRequest({ type, index1, index2, count1, count2 }), 272);
        if (trace.status !== 0) return trace.status === 3 && trace.syndrome !== 0;
        const found = segments(dump(device, { type, index1, index2, count1, count2 }));
        return found[0]?.type === INFO && found.at(-1)?.type === TERMINATE;
      },
    ),
    { numRuns: 400 },
  );
  t.pass();
});

/** Dump types that hold the outbox of a public command, and the field that says what is asked. */
const mirrors: readonly (readonly [number, string, number, number])[] = [
  [0x4000, 'QUERY_QP', 0x50b, 272],
  [0x4020, 'QUERY_CQ', 0x402, 272],
  [0x4030, 'QUERY_MKEY', 0x201, 304],
];
for (const [type, query, opcode, outBytes] of mirrors) {
  test(`type ${type.toString(16)} holds what ${query} answers, for every object`, (t) => {
    const device = makeDevice();
    const ids = objectQueries.get(query)!.ids(createObjects(device.card, device.firmware.profile));
    for (let id = ids.next(0); id !== undefined; id = ids.next(id + 1)) {
      const inbox = header(opcode);
      new DataView(inbox.buffer).setUint32(8, id);
      const { outbox } = device.command(inbox, outBytes);
      const [, , resource] = segments(dump(device, { type, index1: id }));
      t.deepEqual(words(resource!.bytes.subarray(16)), words(outbox), `${query} ${id}`);
    }
  });
}

/** Others: type, indices, opcode and words of its inbox, bytes of the outbox. */
const mirrorsOfMore: readonly (readonly [number, number, number, number, number, Record<number, number>, number])[] = [
  [0x4008, 0, 0, 0x76f, 16, {}, 528],
  [0x4010, 3, 0, 0x932, 64, { 20: 3 }, 64],
  [0x4012, 3, 1, 0x935, 64, { 20: 3, 24: 1 }, 1024],
  [0x4014, 3, 2, 0x937, 64, { 20: 3, 32: 2 }, 848],
  [0x1320, 1, 0, 0x93f, 32, { 8: 1 }, 84],
];
for (const [type, index1, index2, opcode, inBytes, set, outBytes] of mirrorsOfMore) {
  test(`type ${type.toString(16)} holds the outbox of command ${opcode.toString(16)}`, (t) => {
    const device = makeDevice();
    const inbox = new Uint8Array(inBytes);
    inbox.set(header(opcode));
    for (const [at, word] of Object.entries(set)) new DataView(inbox.buffer).setUint32(Number(at), word);
    const { trace, outbox } = device.command(inbox, outBytes);
    t.is(trace.status, 0);
    const [, , resource] = segments(dump(device, { type, index1, index2 }));
    t.deepEqual(words(resource!.bytes.subarray(16)), words(outbox));
  });
}

test('the slices of a queue are those of its whole context', (t) => {
  const device = makeDevice();
  const payload = (type: number): number[] =>
    words(segments(dump(device, { type, index1: 0x1048 }))[2]!.bytes.subarray(16));
  t.deepEqual(payload(0x1000).slice(0, 48), [...payload(0x2), ...payload(0x3), ...payload(0x4)]);
});

test('send and receive queues of a netdev are dumped by their numbers, as Linux asks for them', (t) => {
  const device = makeDevice();
  const [sqn, rqn] = [0x100, 0x110];
  const suggested = (number: number): string[] =>
    segments(dump(device, { type: 0x1000, index1: number }))
      .filter(({ type }) => type === REFERENCE)
      .map(({ bytes }) => (words(bytes)[1]! & 0xffff).toString(16));
  t.deepEqual(suggested(sqn), ['1200', '1001']);
  t.deepEqual(suggested(rqn), ['1200', '1002']);
});

function resources(found: readonly Segment[], type: number): Segment[] {
  return found.filter((segment) => segment.type === type);
}

test('a count means so many from the first index; what is not there is an error segment, once behind the last', (t) => {
  const device = makeDevice();
  const found = segments(dump(device, { type: 0x1310, index1: 510, count1: 4 }));
  t.deepEqual(
    resources(found, 0x1310).map(({ bytes }) => words(bytes)[2]),
    [510, 511],
  );
  t.deepEqual(resources(found, ERROR).map(message), ['STE_IX 0x200 NOT FOUND']);
  const counted = makeDevice({ edit: withObjects({ countedContexts: true }) });
  // The last netdev queue is 0x117, the first queue pair of a program 0x1048.
  const gap = segments(dump(counted, { type: 0x1000, index1: 0x117, count1: 4 }));
  t.deepEqual(resources(gap, ERROR).map(message), [
    'QPN 0x118 NOT FOUND',
    'QPN 0x119 NOT FOUND',
    'QPN 0x11a NOT FOUND',
  ]);
});

test('"active" means those in use', (t) => {
  const device = makeDevice();
  const indices = (type: number, count1: number): (number | undefined)[] =>
    resources(segments(dump(device, { type, count1 })), type).map(({ bytes }) => words(bytes)[2]);
  t.deepEqual(indices(0x1053, ACTIVE), [0, 1, 2]);
  t.deepEqual(indices(0x1053, 5), [0, 1, 2, 3, 4]);
});

test('a device with counted contexts says so in its menu, and gives all queue pairs or the running ones', (t) => {
  const device = makeDevice({ edit: withObjects({ countedContexts: true }) });
  const menu = segments(dump(device, { type: 0xffff }))[2]!.bytes;
  // FULL_QPC is the seventh record: index 1 mandatory, number of objects 1 with "all" and "active".
  t.is(words(menu.subarray(8 + 6 * 52, 12 + 6 * 52))[0], 0x00d3_1000);
  const all = resources(segments(dump(device, { type: 0x4000, count1: ALL })), 0x4000);
  t.is(all.length, 33, '32 of programs, and QP 1');
  const active = resources(segments(dump(device, { type: 0x4000, count1: ACTIVE })), 0x4000);
  t.true(active.length > 20 && active.length < all.length);
  // qpc.state is in the first four bits behind the outbox's 0x18.
  t.true(active.every(({ bytes }) => bytes[16 + 0x18]! >>> 4 === 3));
});

test('a dump may be as large as one wants: only a segment of it is in memory', (t) => {
  const device = makeDevice({ edit: withObjects({ steeringEntries: 2 ** 24 }) });
  // 2^24 entries are a gigabyte; the beginning comes as fast as that of a small one.
  let inbox = dumpRequest({ type: 0x1311 });
  const before = process.memoryUsage();
  for (let part = 0; part < 5000; part++) {
    const { trace, outbox } = device.command(inbox, 272);
    t.is(trace.status, 0);
    t.is(outbox[16]! & 0x80, 0x80, 'more to come');
    inbox = nextRequest(inbox, outbox);
  }
  t.true(process.memoryUsage().arrayBuffers - before.arrayBuffers < 16 * 2 ** 20);
});

test('entries of a dump of all of them are those that a range gives', (t) => {
  const device = makeDevice();
  const all = resources(segments(dump(device, { type: 0x1311 })), 0x1311);
  t.is(all.length, 1, '512 entries fit into one segment');
  const [some] = resources(segments(dump(device, { type: 0x1310, index1: 77 })), 0x1310);
  t.deepEqual(words(all[0]!.bytes.subarray(16 + 77 * 64, 16 + 78 * 64)), words(some!.bytes.subarray(16)));
});

test('a second index that names nothing is an error segment', (t) => {
  const device = makeDevice();
  const [, , group] = segments(dump(device, { type: 0x4012, index1: 3, index2: 99 }));
  t.is(message(group!), 'GROUP_ID 0x63 NOT FOUND');
  const [, , beyond] = segments(dump(device, { type: 0x1201, index1: 0x1000, index2: 512 }));
  t.is(message(beyond!), 'CQE 0x200 BEYOND END');
  t.is(beyond!.type, ERROR);
});

function withObjects(objects: object): NonNullable<NonNullable<Parameters<typeof makeDevice>[0]>['edit']> {
  return (profile) => ({
    ...profile,
    functions: profile.functions.map((fn) => ({ ...fn, objects: { ...fn.objects, ...objects } })),
  });
}

test('whatever a dump suggests can be dumped', (t) => {
  const device = makeDevice();
  const seen = new Set<string>();
  const open = [0x1048, 0x1048 + 16, 0x100, 0x110].map((index1) => [0x1000, index1, 0, 0] as const);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [type, index1, count1, count2] = next;
    const key = `${type} ${index1}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const segment of segments(dump(device, { type, index1, count1, count2 }))) {
      t.not(segment.type, ERROR, key);
      if (segment.type !== REFERENCE) continue;
      const [, wanted, one, , counts] = words(segment.bytes);
      open.push([wanted! & 0xffff, one!, counts! >>> 16, counts! & 0xffff] as never);
    }
  }
  // Contexts, buffers, a shared queue and event queues.
  for (const type of [0x1000, 0x1001, 0x1002, 0x1100, 0x1101, 0x1200, 0x1201, 0x1300, 0x1301])
    t.true(
      [...seen].some((key) => key.startsWith(`${type} `)),
      type.toString(16),
    );
});
