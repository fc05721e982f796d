import { segmentPayload } from '../../src/collect/resourceDump/segmentPayload.ts';
import { decodeItem } from '../../src/decode/decodeItem.ts';
import { hostTest } from '../hostTest.ts';
import { checkWindows, EVERY_SEGMENT, isFields, objects, segments, shownSegments } from './dumpLane.ts';
import { lane } from './laneRun.ts';

const test = hostTest('gpu-a');
const PF = '0000:03:00.0';
/** 64 KiB in segments of 4 KiB, and what comes after. */
const HALF_WAY = [{ name: 'CQ_BUFF', index: '0x401', index2: 'all' }, { name: 'SHARED_BUFFER' }];

test('every segment type of the menu is dumped and decoded, through mlx5ctl into memory', async (t) => {
  const { host } = t.context;
  const { items, ends } = await lane(host.device(PF), { specs: [segments(EVERY_SEGMENT)] });
  t.is(ends[0]?.state, 'Done', ends[0]?.message);
  checkWindows(t, items);
  t.deepEqual(
    items.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused').map(({ key }) => key),
    [],
  );
  for (const { name } of EVERY_SEGMENT)
    t.true(
      items.some((item) => item.name === name),
      name,
    );
  t.true(items.slice(1).every(({ frames }) => frames.every(({ inbox }) => (inbox[16]! & 0x40) === 0)));
  t.deepEqual(
    host.log().filter(({ mutation }) => mutation !== undefined),
    [],
  );
});

test('inline and into memory a dump is the same, window by window', async (t) => {
  const device = t.context.host.device(PF);
  await t.context.host.control({ populate: { steeringEntries: 20_000 }, device: PF });
  const steering = [{ name: 'STE_ALL' }, { name: 'QUERY_FT_ALL' }];
  const inline = await lane(device, { specs: [segments(steering, { mode: 'Inline' })] });
  const memory = await lane(device, { specs: [segments(steering, { mode: 'Memory' })] });
  t.deepEqual([inline.ends[0]?.state, memory.ends[0]?.state], ['Done', 'Done']);
  t.true(inline.items.length > 9);
  t.deepEqual(
    memory.items.map(({ key, index }) => ({ key, bytes: index['bytes'] })),
    inline.items.map(({ key, index }) => ({ key, bytes: index['bytes'] })),
  );
  for (const [at, item] of inline.items.entries()) {
    t.deepEqual(segmentPayload(memory.items[at]!), segmentPayload(item), item.key);
  }
  checkWindows(t, memory.items);
});

test('all objects are those that the resource dump has, and both ways of asking agree', async (t) => {
  const { host } = t.context;
  await host.control({ populate: { queuePairs: 300, countedContexts: true }, device: PF });
  const all = await lane(host.device(PF), {
    specs: [objects({ type: 'QP', ids: 'all' }, { type: 'EQ', ids: 'all' }, { type: 'MKEY', ids: 'all' })],
  });
  t.is(all.ends[0]?.state, 'Done', all.ends[0]?.message);
  const qps = all.items.filter(({ name }) => name === 'QP');
  t.true(qps.length >= 300, `${qps.length}`);
  t.deepEqual(
    all.items.filter(({ outcome }) => outcome !== 'ok').map(({ key }) => key),
    [],
  );
  const mirrored = await lane(host.device(PF), { specs: [segments([{ name: 'PRM_QUERY_QP', index: 'all' }])] });
  const bodies = mirrored.items.flatMap(shownSegments).filter(({ segment_type }) => segment_type === 0x4000);
  t.is(bodies.length, qps.length);
  for (const [at, item] of qps.entries()) {
    const { qpc } = decodeItem(item).fields;
    const { index1, body } = bodies[at]!;
    t.is(index1, item.index['qpn']);
    if (!isFields(qpc) || !isFields(body) || !isFields(body['qpc'])) return t.fail(item.key);
    for (const field of ['st', 'pd', 'remote_qpn', 'cqn_snd', 'cqn_rcv', 'log_sq_size', 'mtu', 'q_key']) {
      t.is(body['qpc'][field], qpc[field], `${item.key}.${field}`);
    }
  }
});

test('a menu without counts refuses all with what it offers, before anything is asked', async (t) => {
  const { host } = t.context;
  await host.control({ populate: { queuePairs: 32, countedContexts: false }, device: PF });
  const before = host.log().length;
  const { ends, items } = await lane(host.device(PF), { specs: [segments([{ name: 'FULL_QPC', index: 'all' }])] });
  t.is(ends[0]?.reason, 'Unsupported');
  t.regex(ends[0]?.message ?? '', /FULL_QPC: index \(QPN\) is all, but the menu does not have support_num_of_obj1/);
  t.deepEqual(
    items.map(({ key }) => key),
    ['MENU{window=0}'],
  );
  const asked = host
    .log()
    .slice(before)
    .filter(({ index }) => index?.['segment_type'] === 0x1000);
  t.deepEqual(asked, []);
});

test('entries of queues are split, and their headers named', async (t) => {
  const { host } = t.context;
  const buffers = [
    { name: 'SND_BUFF', index: '0x1048', index2: 'all' },
    { name: 'CQ_BUFF', index: '0x401', index2: '0-63' },
    { name: 'EQ_BUFF', index: '7', index2: '0-63' },
  ];
  const { items } = await lane(host.device(PF), { specs: [segments(buffers)] });
  const entries = (name: string) =>
    items
      .filter((item) => item.name === name)
      .flatMap((item) => {
        const { texts } = decodeItem(item);
        return Object.entries(texts).filter(([path]) => /entries\[\d+\]/.test(path));
      });
  t.true(entries('SND_BUFF').some(([path, text]) => path.endsWith('.opcode') && text === 'RDMA_WRITE'));
  t.true(entries('CQ_BUFF').some(([path, text]) => path.endsWith('.opcode') && /^(REQ|RESP_SEND)/.test(text)));
  t.true(entries('EQ_BUFF').some(([path, text]) => path.endsWith('.event_type') && text === 'COMP'));
});

test('references lead on, from a queue pair to what it uses', async (t) => {
  const { host } = t.context;
  const asked = segments([{ name: 'FULL_QPC', index: '0x1048' }], { followReferences: 16 });
  const { items, ends } = await lane(host.device(PF), { specs: [asked] });
  t.true(['Done', 'Failed'].includes(ends[0]?.state ?? ''));
  if (ends[0]?.state === 'Failed') t.is(ends[0].reason, 'LimitExceeded');
  const names = new Set(items.map(({ name }) => name));
  t.true(names.has('FULL_CQC'), [...names].join());
  const dumps = new Set(
    items.filter(({ index }) => index['window'] !== undefined).map(({ key }) => key.replace(/,?window=\d+/, '')),
  );
  t.true(dumps.size <= 18, [...dumps].join());
});

test('an object that is not there is an error item in words, and absent in a range', async (t) => {
  const { host } = t.context;
  const single = await lane(host.device(PF), { specs: [segments([{ name: 'FULL_QPC', index: '0xfffff' }])] });
  const error = single.items.find(({ name }) => name === 'ERROR');
  t.is(error?.outcome, 'refused');
  t.regex(decodeItem(error!).error?.text ?? '', /NOT FOUND/);
  const range = await lane(host.device(PF), {
    specs: [
      segments([{ name: 'FULL_QPC', index: '0xffff0-0xffff3' }]),
      objects({ type: 'QP', ids: '0xffff0-0xffff3' }),
    ],
  });
  t.deepEqual(
    range.ends.map(({ state, itemErrors }) => [state, itemErrors]),
    [
      ['Done', 0],
      ['Done', 0],
    ],
  );
});

test('a reply with a wrong sequence number ends that dump in a failed item; the next one is whole', async (t) => {
  const { host } = t.context;
  // The low half of byte 1 of the register is seq_num.
  await host.control({
    fault: 'corrupt',
    device: PF,
    register: 'Resource_dump_registers',
    afterCommands: 100,
    times: 1,
    offset: 17,
    xor: 4,
  });
  const asked = segments(HALF_WAY, { mode: 'Inline' });
  const { items, ends } = await lane(host.device(PF), { specs: [asked] });
  await host.control({ fault: 'clear' });
  t.is(ends[0]?.state, 'Done');
  const failed = items.filter(({ outcome }) => outcome === 'failed');
  t.is(failed.length, 1);
  t.is(decodeItem(failed[0]!).error?.name, 'BadSequence');
  t.deepEqual(
    shownSegments(items[1]!)
      .slice(0, 2)
      .map(({ segment_type }) => segment_type),
    [0xfffe, 0xfffa],
  );
  t.is(items.indexOf(failed[0]!), 2, 'what came before is there');
  t.is(items.at(-1)?.name, 'SHARED_BUFFER');
  t.is(items.at(-1)?.outcome, 'ok');
});

test('a refusal half way keeps what has come; a device that vanishes ends the collector', async (t) => {
  const { host } = t.context;
  const large = segments(HALF_WAY, { mode: 'Inline' });
  await host.control({
    fault: 'refuse',
    status: 'BAD_SYS_STATE',
    device: PF,
    register: 'Resource_dump_registers',
    afterCommands: 100,
    times: 1,
  });
  const refused = await lane(host.device(PF), { specs: [large] });
  t.is(refused.ends[0]?.state, 'Done');
  t.deepEqual(
    refused.items.slice(0, 4).map(({ outcome }) => outcome),
    ['ok', 'ok', 'refused', 'ok'],
  );
  t.is(refused.items.at(-1)?.outcome, 'ok');
  await host.control({ fault: 'clear' });

  await host.control({ fault: 'remove', device: PF, register: 'Resource_dump_registers', afterCommands: 100 });
  const gone = await lane(host.device(PF), { specs: [large] });
  t.is(gone.ends[0]?.reason, 'DeviceGone');
  t.deepEqual(
    gone.items.map(({ outcome }) => outcome),
    ['ok', 'ok', 'failed'],
  );
  t.true(shownSegments(gone.items[1]!).length > 4);
  await host.control({ fault: 'restore', device: PF });
});
