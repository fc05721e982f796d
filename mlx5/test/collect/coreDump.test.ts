import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../tools/src/fuzz/fuzzing.ts';
import type { DumpMemory } from '../../src/collect/dumpMemory.ts';
import type { CoreDumpSpec } from '../../src/collect/spec.ts';
import { decodeItem } from '../../src/decode/decodeItem.ts';
import { encodeStruct, type FieldValues, getField, STATUS } from '../../src/prm/index.ts';
import type { Handler } from '../scriptedChannel.ts';
import { collect } from './collecting.ts';

const spec: CoreDumpSpec = { name: 'core', type: 'CoreDump' };
const WINDOW = 4096;

/** Memory that a test writes as firmware would. */
function testMemory(): { readonly memory: () => DumpMemory; readonly bytes: Uint8Array } {
  const bytes = new Uint8Array(WINDOW);
  return {
    bytes,
    memory: () => ({
      mkey: 0x80000142,
      address: 0x7f00_0000_1000n,
      length: WINDOW,
      copyOut: (target, offset = 0) => target.set(bytes.subarray(offset, offset + target.length)),
      writeTo() {},
    }),
  };
}

function reply(values: FieldValues): Uint8Array {
  return encodeStruct('core_dump_reg', values, 64);
}

/** Three windows of two words each. */
function threeWindows(bytes: Uint8Array, requests: Record<string, unknown>[] = []): Handler {
  return (input, call) => {
    requests.push(
      Object.fromEntries(
        ['more_dump', 'core_dump_type', 'vhca_id', 'qpn', 'mkey', 'size', 'address', 'cookie'].map((field) => [
          field,
          getField(input, 'core_dump_reg', field),
        ]),
      ),
    );
    const view = new DataView(bytes.buffer);
    for (const word of [0, 1]) {
      view.setUint32(word * 8, 0x1000 * (call + 1) + word * 4);
      view.setUint32(word * 8 + 4, 0xaa00 + call);
    }
    return reply({ core_dump_type: 2, size: 16, cookie: BigInt(0x1000 * (call + 1) + 8), more_dump: call < 2 ? 1 : 0 });
  };
}

test('windows are asked for from cookie to cookie until firmware says that nothing follows', (t) => {
  const { memory, bytes } = testMemory();
  const requests: Record<string, unknown>[] = [];
  const { items, keys, stop } = collect(spec, { memory, handlers: { CORE_DUMP: threeWindows(bytes, requests) } });
  t.is(stop, undefined);
  t.deepEqual(keys, [
    'CORE_DUMP{core_dump_type=0x2,window=0}',
    'CORE_DUMP{core_dump_type=0x2,window=1}',
    'CORE_DUMP{core_dump_type=0x2,window=2}',
  ]);
  const common = { core_dump_type: 2, vhca_id: 0, qpn: 0, mkey: 0x80000142, size: WINDOW, address: 0x7f00_0000_1000n };
  t.deepEqual(requests, [
    { ...common, more_dump: 0, cookie: 0n },
    { ...common, more_dump: 1, cookie: 0x1008n },
    { ...common, more_dump: 1, cookie: 0x2008n },
  ]);
  for (const [window, { outcome, kind, frames }] of items.entries()) {
    t.is(outcome, 'ok');
    t.is(kind, 'memory');
    const { outbox } = frames[0]!;
    t.is(outbox.length, 16 + 64 + 16, 'the register, and behind it what was written');
    t.is(new DataView(outbox.buffer, outbox.byteOffset).getUint32(80), 0x1000 * (window + 1));
  }
});

test('a window is shown as its runs of words', (t) => {
  const { memory, bytes } = testMemory();
  const { items } = collect(spec, { memory, handlers: { CORE_DUMP: threeWindows(bytes) } });
  t.like(decodeItem(items[1]!), {
    fields: { more_dump: 1, size: 16, cookie: 0x2008, words: 2, ranges: [{ address: 0x2000, words: 2 }] },
    texts: { ranges: '2 words in 1 run, 0x00002000 to 0x00002004' },
    unknown: {},
  });
});

test('a resumed dump goes on behind the windows that are on disk, of which the beginning is enough', (t) => {
  const { memory, bytes } = testMemory();
  const whole = collect(spec, { memory, handlers: { CORE_DUMP: threeWindows(bytes) } });
  const done = whole.items.slice(0, 2).map((item) => {
    const frames = item.frames.slice(-1).map((frame) => ({ ...frame, outbox: frame.outbox.slice(0, 512) }));
    return { ...item, frames, abridged: true as const };
  });
  const requests: Record<string, unknown>[] = [];
  const { keys, stop } = collect(spec, {
    memory,
    done,
    handlers: { CORE_DUMP: (input) => threeWindows(bytes, requests)(input, 2) },
  });
  t.is(stop, undefined);
  t.deepEqual(keys, [whole.keys[2]!]);
  t.like(requests[0], { more_dump: 1, cookie: 0x2008n });
  t.is(requests.length, 1);
});

test('without memory for the device the dump is Unsupported, with the way that there is instead', (t) => {
  const { items, stop, log } = collect(spec);
  t.deepEqual([items, log], [[], []]);
  t.is(stop?.reason, 'Unsupported');
  t.regex(stop?.message ?? '', /fwctl.*devlink health dump show pci\/0000:03:00\.0 reporter fw_fatal/);
});

for (const type of ['General', 'QueuePair'] as const) {
  test(`a dump of type ${type} is Unsupported: it needs the tracer`, (t) => {
    const { stop, log } = collect({ ...spec, coreDump: { type } }, testMemory());
    t.deepEqual(log, []);
    t.is(stop?.reason, 'Unsupported');
    t.regex(stop?.message ?? '', /needs the tracer.*reporter fw$/);
  });
}

test('firmware that has no such dump is Unsupported; the question stays as an item', (t) => {
  const { items, stop } = collect(spec, {
    ...testMemory(),
    handlers: { CORE_DUMP: () => ({ status: STATUS.BAD_SYS_STATE }) },
  });
  t.deepEqual(
    items.map(({ outcome }) => outcome),
    ['absent'],
  );
  t.is(stop?.reason, 'Unsupported');
  t.regex(stop?.message ?? '', /gives no core dump: firmware answers BAD_SYS_STATE/);
});

test('a refusal in the middle keeps what there is, and says where it ended', (t) => {
  const { memory, bytes } = testMemory();
  const dump = threeWindows(bytes);
  const { items, stop } = collect(spec, {
    memory,
    handlers: { CORE_DUMP: (input, call) => (call === 1 ? { status: STATUS.BAD_PARAM } : dump(input, call)) },
  });
  t.deepEqual(
    items.map(({ outcome }) => outcome),
    ['ok', 'refused'],
  );
  t.is(stop?.reason, 'CollectorError');
  t.regex(stop?.message ?? '', /window 1 was refused with BAD_PARAM/);
});

test('a device that is gone in the middle keeps what there is', (t) => {
  const { memory, bytes } = testMemory();
  const dump = threeWindows(bytes);
  const { items, stop } = collect(spec, {
    memory,
    handlers: { CORE_DUMP: (input, call) => (call === 2 ? { errno: 19 } : dump(input, call)) },
  });
  t.deepEqual(
    items.map(({ outcome }) => outcome),
    ['ok', 'ok', 'failed'],
  );
  t.is(stop?.reason, 'DeviceGone');
});

test('firmware that promises more and brings nothing new is not asked for ever', (t) => {
  const replies: readonly FieldValues[] = [
    { size: 0, cookie: 8n, more_dump: 1 },
    { size: 16, cookie: 0n, more_dump: 1 },
  ];
  for (const values of replies) {
    const { items, stop } = collect(spec, { ...testMemory(), handlers: { CORE_DUMP: () => reply(values) } });
    t.is(items.length, 1);
    t.is(stop?.reason, 'CollectorError');
    t.regex(stop?.message ?? '', /does not advance/);
  }
});

test('a dump without end is cut at a number of windows', (t) => {
  const { items, stop } = collect(spec, {
    ...testMemory(),
    handlers: { CORE_DUMP: (_input, call) => reply({ size: 8, cookie: BigInt(call + 1), more_dump: 1 }) },
  });
  t.is(items.length, 4096);
  t.is(stop?.reason, 'LimitExceeded');
});

test('the byte limit counts what firmware wrote, and room for it before it is asked', (t) => {
  const { memory, bytes } = testMemory();
  const run = (maxBytes: number) => collect(spec, { memory, maxBytes, handlers: { CORE_DUMP: threeWindows(bytes) } });
  const { items, left } = run(1_000_000);
  t.is(1_000_000 - left, items.length * (80 + 80 + 16));
  const short = run(2 * 176 + 160 + WINDOW - 1);
  t.is(short.items.length, 2);
  t.is(short.stop?.reason, 'LimitExceeded');
});

test('whatever firmware answers, the dump ends, and every item can be shown', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 0, maxLength: 64 }), { minLength: 1, maxLength: 8 }),
      fc.uint8Array({ minLength: WINDOW, maxLength: WINDOW }),
      (replies, content) => {
        const { memory, bytes } = testMemory();
        bytes.set(content);
        const { items, stop } = collect(spec, {
          memory,
          handlers: {
            CORE_DUMP(_input, call) {
              const answer = new Uint8Array(64);
              answer.set(replies[call % replies.length]!);
              return answer;
            },
          },
        });
        for (const item of items) decodeItem(item);
        if (stop === undefined) return true;
        return ['CollectorError', 'LimitExceeded', 'Unsupported'].includes(stop.reason);
      },
    ),
    fuzzing(40),
  );
  t.pass();
});
