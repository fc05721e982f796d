import test from 'ava';
import { ERRNO } from '../../../src/channel/errno.ts';
import type { Item, KnownItem } from '../../../src/collect/item.ts';
import { segmentPayload } from '../../../src/collect/resourceDump/segmentPayload.ts';
import type { ResourceDumpSpec, SegmentRequest } from '../../../src/collect/spec.ts';
import { decodeItem } from '../../../src/decode/decodeItem.ts';
import type { CollectorReason } from '../../../src/lane/events.ts';
import { parseSegments, STATUS } from '../../../src/prm/index.ts';
import { type Collected, type CollectOptions, collect } from '../collecting.ts';
import { type DumpScript, dumpFirmware, fakeMemory, type Request } from './dumpFirmware.ts';
import { type Arguments, answer, errorSegment, joined, notice, reference, resource } from './segments.ts';

const spec = (segments: readonly SegmentRequest[], more: Partial<ResourceDumpSpec['resourceDump']> = {}) =>
  ({ name: 'res', type: 'ResourceDump', resourceDump: { segments, ...more } }) as const;

interface Run extends Collected {
  readonly requests: readonly Request[];
}

function run(asked: ResourceDumpSpec, script: DumpScript, options: CollectOptions = {}): Run {
  const { handler, requests } = dumpFirmware(script);
  return { ...collect(asked, { handlers: { Resource_dump_registers: handler }, ...options }), requests };
}

const context = (qpn: number): Uint8Array => resource(0x1000, qpn, 0, new Uint8Array(64).fill(qpn));
const oneQp: DumpScript = { dumps: (given) => answer(given, context(given.index1)) };

/** About a megabyte: segments of odd lengths, so that none ends where a reply does. */
const long: DumpScript = {
  dumps: (given) =>
    answer(
      given,
      ...Array.from({ length: 3000 }, (_, at) => resource(0x1200, at, 0, new Uint8Array(4 * (at % 173)).fill(at))),
    ),
};
const allCqs = spec([{ name: 'FULL_CQC', index: 'all' }]);

/** What all windows of a dump have, one after another. */
function payloadOf({ items }: Pick<Collected, 'items'>, name: string): Uint8Array {
  return joined(...items.filter((item) => item.name === name).map(segmentPayload));
}

test('without segments only the menu is read, as one item', (t) => {
  const { keys, items, stop } = run(spec([]), oneQp);
  t.is(stop, undefined);
  t.deepEqual(keys, ['MENU{window=0}']);
  t.is(items[0]?.frames.length, 3, '16 + 20 + 8 + 10·52 + 4 bytes, 208 at a time');
});

test('a segment is asked for by name, whatever its case, or by number', (t) => {
  for (const which of [{ name: 'FULL_QPC' }, { name: 'full_qpc' }, { id: '0x1000' }]) {
    const { keys, stop, items } = run(spec([{ ...which, index: '0x77' }]), oneQp);
    t.is(stop, undefined);
    t.deepEqual(keys.slice(1), ['FULL_QPC{index1=0x77,window=0}']);
    t.is(items[1]?.outcome, 'ok');
  }
});

test('ranges take one dump each where the menu counts, else one for each number', (t) => {
  const counted = run(spec([{ name: 'FULL_CQC', index: '0x10-0x1f,0x40' }]), oneQp);
  t.deepEqual(
    counted.requests
      .filter(({ given, more }) => given.type === 0x1200 && !more)
      .map(({ given }) => [given.index1, given.count1]),
    [
      [0x10, 16],
      [0x40, 1],
    ],
  );
  const single = run(spec([{ name: 'FULL_QPC', index: '0x10-0x12' }]), oneQp);
  t.deepEqual(
    single.requests.filter(({ given }) => given.type === 0x1000).map(({ given }) => [given.index1, given.count1]),
    [
      [0x10, 0],
      [0x11, 0],
      [0x12, 0],
    ],
  );
  t.deepEqual(single.keys.slice(1), [
    'FULL_QPC{index1=0x10,window=0}',
    'FULL_QPC{index1=0x11,window=0}',
    'FULL_QPC{index1=0x12,window=0}',
  ]);
});

test('what is named twice is dumped once', (t) => {
  const { keys } = run(
    spec([
      { name: 'FULL_QPC', index: '1,1-2' },
      { id: '0x1000', index: '2' },
    ]),
    oneQp,
  );
  t.deepEqual(keys.slice(1), ['FULL_QPC{index1=0x1,window=0}', 'FULL_QPC{index1=0x2,window=0}']);
});

test('all and active are counts of their own, and entries of a buffer are counted by the second index', (t) => {
  const asked = spec([
    { name: 'FULL_CQC', index: 'all' },
    { name: 'FULL_CQC', index: 'active' },
    { name: 'SND_BUFF', index: '0x100', index2: 'all' },
    { name: 'SND_BUFF', index: '0x100', index2: '4-7' },
  ]);
  const { requests, keys } = run(asked, oneQp);
  t.deepEqual(
    requests.filter(({ given, more }) => given.type !== 0xffff && !more).map(({ given }) => given),
    [
      { type: 0x1200, index1: 0, index2: 0, count1: 0xffff, count2: 0 },
      { type: 0x1200, index1: 0, index2: 0, count1: 0xfffe, count2: 0 },
      { type: 0x1001, index1: 0x100, index2: 0, count1: 0, count2: 0xffff },
      { type: 0x1001, index1: 0x100, index2: 4, count1: 0, count2: 4 },
    ],
  );
  t.true(keys.includes('FULL_CQC{num_of_obj1=0xffff,window=0}'));
});

const objections: readonly (readonly [SegmentRequest, CollectorReason, RegExp])[] = [
  [{ name: 'NO_SUCH' }, 'Unsupported', /menu has no segment NO_SUCH; it has FULL_QPC, FULL_CQC/],
  [{ id: '0x77' }, 'Unsupported', /menu has no segment 0x77/],
  [{ name: 'FULL_QPC' }, 'InvalidSpec', /index \(QPN\) is missing: the menu says must_have_index1/],
  [{ name: 'FULL_QPC', index: 'all' }, 'Unsupported', /support_num_of_obj1.*numbers, each a dump of its own/],
  [{ name: 'PRM_QUERY_QP', index: 'active' }, 'Unsupported', /num_of_obj1_supports_active.*It may be numbers, all/],
  [{ name: 'SCHEDQ_INFO', index: 'all' }, 'Unsupported', /num_of_obj1_supports_all.*It may be numbers, active/],
  [{ name: 'RDB_CONTEXT', index: '1' }, 'InvalidSpec', /index2 \(RDB_IX\) is missing: the menu says must_have_index2/],
  [{ name: 'ICMC_INFO' }, 'InvalidSpec', /must_have_num_of_obj1/],
  [{ name: 'SX_SLICE_ALL', index: '1' }, 'Unsupported', /the segment takes none. Leave it out/],
  [{ name: 'FULL_QPC', index: '7-3' }, 'InvalidSpec', /"7-3" is no number, range or list/],
  [{ name: 'FULL_QPC', index: '0-0xffffff' }, 'LimitExceeded', /16777216 dumps are asked for/],
];
for (const [request, reason, says] of objections) {
  test(`${JSON.stringify(request)} is ${reason}, before anything is asked of the device; other segments go on`, (t) => {
    const { stop, keys, requests } = run(spec([request, { name: 'SX_SLICE_ALL' }]), oneQp);
    t.is(stop?.reason, reason);
    t.regex(stop?.message ?? '', says);
    t.deepEqual(keys, ['MENU{window=0}', 'SX_SLICE_ALL{window=0}']);
    t.true(requests.every(({ given }) => given.type === 0xffff || given.type === 0x3001));
  });
}

test('a device without a menu is Unsupported', (t) => {
  const handlers = { Resource_dump_registers: () => ({ status: STATUS.BAD_SYS_STATE }) };
  const { stop, items } = collect(spec([{ name: 'FULL_QPC', index: '1' }]), { handlers });
  t.is(stop?.reason, 'Unsupported');
  t.regex(stop?.message ?? '', /no resource dump menu: BAD_SYS_STATE/);
  t.is(items[0]?.outcome, 'refused');
});

test('a long dump comes in windows of whole segments that add up to it', (t) => {
  const { items, stop, requests } = run(allCqs, long);
  t.is(stop, undefined);
  const whole = long.dumps({ type: 0x1200, index1: 0, index2: 0, count1: 0xffff, count2: 0 });
  const windows = items.slice(1);
  t.true(windows.length >= 50, `${windows.length}`);
  t.deepEqual(payloadOf({ items }, 'FULL_CQC'), whole);
  for (const [at, item] of windows.entries()) {
    t.is(item.key, `FULL_CQC{num_of_obj1=0xffff,window=${at}}`);
    const payload = segmentPayload(item);
    t.is(parseSegments(payload).end, payload.length, item.key);
    t.true(payload.length < 16 * 1024 + 1024);
  }
  t.true(
    requests.some(({ sequence }) => sequence === 15),
    'the sequence number wraps',
  );
});

test('frames are what was exchanged: only those at the border of two windows stand in both', (t) => {
  const { items, requests } = run(allCqs, long);
  const frames = items.slice(1).flatMap((item) => item.frames);
  const commands = requests.filter(({ given }) => given.type === 0x1200).length;
  const starts = frames.map(({ inbox, outbox }) => Buffer.concat([inbox, outbox]).toString('latin1'));
  t.is(new Set(starts).size, commands);
  t.true(frames.length <= commands + items.length - 2);
  t.true(frames.every(({ inbox, outbox }) => inbox.length === 272 && outbox.length === 272));
});

test('into memory the windows are the same, with few commands', (t) => {
  const memory = fakeMemory();
  const script = { ...long, write: memory.write };
  const inline = run(allCqs, long);
  const dumped = run(allCqs, script, { memory: () => memory });
  t.is(dumped.stop, undefined);
  t.deepEqual(dumped.keys, inline.keys);
  t.deepEqual(dumped.items.map(segmentPayload), inline.items.map(segmentPayload));
  t.deepEqual(
    dumped.items.map((item) => decodeItem(item).fields),
    inline.items.map((item) => decodeItem(item).fields),
  );
  const asked = dumped.requests.filter(({ given }) => given.type === 0x1200);
  t.true(asked.length <= 40, `${asked.length}`);
  t.true(asked.every((one) => !one.inline && one.mkey === memory.mkey && one.address === memory.address));
  const raw = dumped.items
    .slice(1)
    .flatMap(({ frames }) => frames)
    .reduce((sum, { outbox }) => sum + outbox.length, 0);
  t.true(
    raw < payloadOf(dumped, 'FULL_CQC').length + 272 * (asked.length + dumped.items.length),
    `${raw}: no byte of memory is kept twice`,
  );
});

test('mode Inline takes no memory, mode Memory needs it', (t) => {
  const memory = fakeMemory();
  const inline = run(spec([{ name: 'FULL_QPC', index: '1' }], { mode: 'Inline' }), oneQp, { memory: () => memory });
  t.true(inline.requests.every((request) => request.inline));
  const none = run(spec([{ name: 'FULL_QPC', index: '1' }], { mode: 'Memory' }), oneQp);
  t.is(none.stop?.reason, 'Unsupported');
  t.regex(none.stop?.message ?? '', /use mode Inline or Auto/);
});

test('error and notice segments stand in their window and are items too', (t) => {
  const script: DumpScript = {
    dumps: (given) => answer(given, notice(0x201, 'INDEX2 IGNORED'), errorSegment(0x101, 'QPN 0x99 NOT FOUND')),
  };
  const { items, keys } = run(spec([{ name: 'FULL_QPC', index: '0x99' }]), script);
  t.deepEqual(keys.slice(1), [
    'FULL_QPC{index1=0x99,window=0}',
    'NOTICE{segment_type=0x1000,index1=0x99,number=0x0}',
    'ERROR{segment_type=0x1000,index1=0x99,number=0x1}',
  ]);
  t.deepEqual(
    items.slice(1).map(({ outcome }) => outcome),
    ['ok', 'ok', 'refused'],
  );
  t.deepEqual(decodeItem(items[3]!).error, { name: 'ERROR', text: 'QPN 0x99 NOT FOUND', syndrome: '0x101' });
  t.is(decodeItem(items[2]!).texts['segments[0].notice'], 'INDEX2 IGNORED');
});

test('an object that is missing from a range is absent, not an error', (t) => {
  const script: DumpScript = {
    dumps: (given) => (given.index1 === 3 ? undefined : answer(given, errorSegment(0x101, 'NOT FOUND'))),
  };
  const { items, stop } = run(spec([{ name: 'FULL_QPC', index: '2-3' }]), script);
  t.is(stop, undefined);
  t.deepEqual(
    items.slice(1).map(({ key, outcome }) => [key, outcome]),
    [
      ['FULL_QPC{index1=0x2,window=0}', 'ok'],
      ['ERROR{segment_type=0x1000,index1=0x2,number=0x0}', 'absent'],
      ['FULL_QPC{index1=0x3,window=0}', 'absent'],
    ],
  );
});

const faults: readonly (readonly [string, string, NonNullable<DumpScript['spoil']>])[] = [
  [
    'a wrong sequence number',
    'BadSequence',
    (reply, number) => number === 2 && reply.setUint32(0, reply.getUint32(0) ^ 0x50000),
  ],
  ['more bytes than a reply can hold', 'BadSize', (reply, number) => number === 2 && reply.setUint32(36, 209)],
  ['a segment of length 0', 'BadSegment', (reply) => reply.setUint32(48, 0x1000)],
  [
    'an end within a segment',
    'Truncated',
    (reply, number) => number === 2 && reply.setUint32(0, reply.getUint32(0) & 0x7fffffff),
  ],
];
for (const [what, name, spoil] of faults) {
  test(`${what} ends the dump with an item that says ${name}, and the next dump is made`, (t) => {
    const broken = (reply: DataView, number: number, request: Request): void => {
      if (request.given.index1 === 1) spoil(reply, number, request);
    };
    const big: DumpScript = {
      dumps: (given) =>
        answer(given, ...Array.from({ length: 100 }, (_, at) => resource(0x1000, at, 0, new Uint8Array(76)))),
      spoil: broken,
    };
    const { items, stop } = run(spec([{ name: 'FULL_QPC', index: '1,2' }]), big);
    t.is(stop, undefined);
    t.is(items[1]?.outcome, 'failed');
    t.is(decodeItem(items[1]!).error?.name, name);
    t.is(items[2]?.outcome, 'ok');
  });
}

test('firmware that announces more without an end is left at the limit', (t) => {
  const script: DumpScript = {
    dumps: (given) => answer(given, context(1)),
    spoil(reply, number, { given }) {
      if (given.type === 0xffff) return;
      reply.setUint32(0, (reply.getUint32(0) | 0x8000_0000) >>> 0);
      reply.setBigUint64(24, BigInt(number + 1) + 0x1_0000_0000n);
    },
  };
  const { stop, items, requests } = run(spec([{ name: 'FULL_QPC', index: '1' }], { maxBytesPerDump: '64Ki' }), script);
  t.is(stop?.reason, 'LimitExceeded');
  t.regex(stop?.message ?? '', /longer than 65536 bytes/);
  t.true(requests.length < 1100, `${requests.length}`);
  t.is(items.length, 2);
});

test('firmware that announces more and moves nowhere is left at once', (t) => {
  const script: DumpScript = {
    dumps: (given) => answer(given, context(1)),
    spoil(reply, _number, request) {
      if (request.given.type === 0xffff) return;
      reply.setUint32(0, (reply.getUint32(0) | 0x8000_0000) >>> 0);
      reply.setBigUint64(24, request.opaque);
      reply.setUint32(36, 0);
    },
  };
  const { items, requests } = run(spec([{ name: 'FULL_QPC', index: '1' }]), script);
  t.is(decodeItem(items[1]!).error?.name, 'NoProgress');
  t.is(requests.filter(({ given }) => given.type === 0x1000).length, 1);
});

test('references are followed when asked, each once, up to the limit', (t) => {
  const script: DumpScript = {
    dumps: (given) =>
      given.type === 0x1000
        ? answer(
            given,
            context(given.index1),
            ...[1, 2, 3, 3].map((at) => reference({ type: 0x1200, index1: at, count1: 1 })),
          )
        : answer(given, reference({ type: 0x9999, index1: 1 })),
  };
  const plain = run(spec([{ name: 'FULL_QPC', index: '1' }]), script);
  t.is(plain.keys.length, 2);
  const followed = run(spec([{ name: 'FULL_QPC', index: '1' }], { followReferences: 8 }), script);
  t.is(followed.stop, undefined);
  t.deepEqual(
    followed.keys.slice(2),
    [1, 2, 3].map((at) => `FULL_CQC{index1=0x${at},num_of_obj1=0x1,window=0}`),
  );
  const limited = run(spec([{ name: 'FULL_QPC', index: '1' }], { followReferences: 2 }), script);
  t.is(limited.keys.length, 4);
  t.is(limited.stop?.reason, 'LimitExceeded');
});

test('a device that is gone half way leaves the whole segments that came', (t) => {
  const { handler } = dumpFirmware(long);
  let calls = 0;
  const handlers = {
    Resource_dump_registers: (...given: Parameters<typeof handler>) => {
      calls += 1;
      return calls > 900 ? { errno: ERRNO.ENODEV } : handler(...given);
    },
  };
  const { items, stop } = collect(allCqs, { handlers });
  t.is(stop?.reason, 'DeviceGone');
  const last = items.at(-1)!;
  t.is(last.outcome, 'failed');
  t.is(decodeItem(last).error?.name, 'ENODEV');
  const payload = payloadOf({ items }, 'FULL_CQC');
  t.true(payload.length > 180_000);
  t.is(parseSegments(payload).end, payload.length);
});

test('at the limit of bytes, and when cancelled, what has come is kept', (t) => {
  const limited = run(allCqs, long, { maxBytes: 700_000 });
  t.is(limited.stop?.reason, 'LimitExceeded');
  const cancelled = run(allCqs, long, { cancelAfter: 1000 });
  t.is(cancelled.stop?.reason, 'Cancelled');
  for (const { items } of [limited, cancelled]) {
    const payload = payloadOf({ items }, 'FULL_CQC');
    t.true(payload.length > 150_000);
    t.is(parseSegments(payload).end, payload.length);
  }
});

/** An item of a file that is too long to be held. */
const abridged = (item: Item): KnownItem => ({ ...item, frames: item.frames.slice(-1), abridged: true });

test('a dump that is too long to be held is made again when the collector is resumed, without its items', (t) => {
  const asked = spec([{ name: 'FULL_QPC', index: '1' }], { followReferences: 4 });
  const script: DumpScript = {
    dumps: (given: Required<Arguments>) =>
      given.type === 0x1000
        ? answer(given, ...Array.from({ length: 900 }, () => context(1)), reference({ type: 0x1200, index1: 9 }))
        : answer(given, resource(0x1200, 9, 0, new Uint8Array(8))),
  };
  const first = run(asked, script);
  const ofQp = first.items.filter(({ name }) => name !== 'FULL_CQC');
  const resumed = run(asked, script, { done: ofQp.map(abridged) });
  t.deepEqual(
    resumed.keys,
    first.keys.filter((key) => key.startsWith('FULL_CQC')),
    'the reference in the long dump is followed',
  );
  t.is(resumed.stop, undefined);
});

test('a resumed collector asks nothing again that is whole, and yields nothing again', (t) => {
  const asked = spec([{ name: 'FULL_QPC', index: '1' }, ...allCqs.resourceDump.segments], { followReferences: 4 });
  const script: DumpScript = {
    dumps: (given: Required<Arguments>) =>
      given.type === 0x1000 ? answer(given, reference({ type: 0x1000, index1: 9 })) : long.dumps(given),
  };
  const first = run(asked, script);
  const again = run(asked, script, { done: first.items });
  t.deepEqual(again.keys, []);
  t.is(again.requests.length, 0);
  const half = first.items.slice(0, 5);
  const rest = run(asked, script, { done: half });
  t.deepEqual([...half.map(({ key }) => key), ...rest.keys].sort(), [...first.keys].sort());
  t.deepEqual(
    rest.keys.filter((key) => half.some((item) => item.key === key)),
    [],
  );
});
