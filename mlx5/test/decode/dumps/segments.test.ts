import test from 'ava';
import type { Frame, Item } from '../../../src/collect/item.ts';
import type { DecodedFields } from '../../../src/decode/decodedItem.ts';
import { decodeItem } from '../../../src/decode/decodeItem.ts';
import { formatText } from '../../../src/decode/formatText.ts';
import { getField } from '../../../src/prm/index.ts';
import {
  command,
  FLAG,
  info,
  joined,
  menuSegment,
  reference,
  resource,
  segment,
  terminate,
} from '../../collect/resourceDump/segments.ts';

/** A dump that came in replies of 208 bytes. */
function dumped(payload: Uint8Array, index: Readonly<Record<string, number>> = {}): Item {
  const frames: Frame[] = [];
  for (let at = 0; at === 0 || at < payload.length; at += 208) {
    const part = payload.subarray(at, at + 208);
    const inbox = new Uint8Array(272);
    const outbox = new Uint8Array(272);
    const sequence = frames.length % 16;
    inbox.set([0x40 | (at > 0 ? 0x80 : 0), sequence], 16);
    outbox.set([at + 208 < payload.length ? 0x80 : 0, (sequence + 1) % 16], 16);
    new DataView(outbox.buffer).setUint32(16 + 0x24, part.length);
    outbox.set(part, 16 + 0x30);
    const times = { startedNs: 0n, elapsedNs: 0n };
    frames.push({
      opcode: 0x805,
      opMod: 1,
      registerId: 0xc000,
      status: 0,
      syndrome: 0,
      errno: 0,
      ...times,
      inbox,
      outbox,
    });
  }
  return { key: 'X{window=0}', kind: 'segment', name: 'X', index, outcome: 'ok', frames };
}

function shown(payload: Uint8Array) {
  const { fields, texts, unknown } = decodeItem(dumped(payload));
  return { segments: fields['segments'] as readonly DecodedFields[], fields, texts, unknown };
}

test('every segment that has a layout of its own is decoded by it', (t) => {
  const { segments, texts } = shown(
    joined(
      info(),
      command({ type: 0x1000, index1: 0x1048, count1: 0xfffe }),
      reference({ type: 0x1200, index1: 0x401 }),
      terminate(),
    ),
  );
  t.deepEqual(segments, [
    { segment_type: 0xfffe, dump_version: 1, hw_version: 0x218, fw_version: 0x1c2a03e8 },
    {
      ...{ segment_type: 0xfffa, segment_called: 0x1000, vhca_id: 0, index1: 0x1048, index2: 0 },
      ...{ num_of_obj1: 0xfffe, num_of_obj2: 0 },
    },
    {
      ...{ segment_type: 0xfffd, reference_segment: 0x1200, index1: 0x401, index2: 0 },
      ...{ num_of_obj1: 0, num_of_obj2: 0 },
    },
    { segment_type: 0xfffb },
  ]);
  t.is(texts['segments[0].segment_type'], 'INFO');
  t.is(texts['segments[1].segment_called'], 'FULL_QPC');
  t.is(texts['segments[2].reference_segment'], 'FULL_CQC');
});

test('a menu shows its records with their names and flags', (t) => {
  const rows = [
    [0x1040, 'SCHEDQ_INFO', 'SCHEDQ_IX', 'N/A', FLAG.index1 | FLAG.count1 | FLAG.active1],
    [0x1001, 'SND_BUFF', 'QPN', 'WQEBB', FLAG.index1 | FLAG.mustIndex1 | FLAG.index2 | FLAG.count2 | FLAG.all2],
  ] as const;
  const { segments, texts } = shown(menuSegment(rows));
  const records = segments[0]!['record'] as readonly DecodedFields[];
  t.is(segments[0]!['num_of_records'], 2);
  t.is(records[0]!['segment_type'], 0x1040);
  t.deepEqual(records[0]!['flags'], ['support_index1', 'support_num_of_obj1', 'num_of_obj1_supports_active']);
  t.is(texts['segments[0].record[0].segment_name'], 'SCHEDQ_INFO');
  t.is(texts['segments[0].record[1].index2_name'], 'WQEBB');
});

test('a payload that mirrors a command is decoded as its answer', (t) => {
  const outbox = new Uint8Array(272);
  // qpc begins at 0x18: state RTS, service type RC; remote_qpn at 0x14, q_key at 0xa8 of it.
  outbox[0x18] = 0x30;
  new DataView(outbox.buffer).setUint32(0x18 + 0x14, 0x1049);
  new DataView(outbox.buffer).setUint32(0x18 + 0xa8, 0x11111111);
  t.is(Number(getField(outbox, 'query_qp_out', 'qpc.remote_qpn')), 0x1049);
  const { segments, texts } = shown(resource(0x4000, 0x1048, 0, outbox));
  const { body } = segments[0] as { body: DecodedFields };
  t.like(body['qpc'], { state: 3, st: 0, remote_qpn: 0x1049, q_key: 0x11111111 });
  t.is(texts['segments[0].body.qpc.state'], 'RTS');
  t.is(texts['segments[0].index1'], 'QPN 0x1048');
  t.false('status' in body);
});

test('the destinations of a flow table entry stand behind its context, 8 bytes each or 16', (t) => {
  const outbox = new Uint8Array(832 + 3 * 8);
  const view = new DataView(outbox.buffer);
  // flow_context at 0x40: destination_list_size 0x10.0:24 of it, flow_counter_list_size 0x14.0:24.
  view.setUint32(0x40 + 0x10, 2);
  view.setUint32(0x40 + 0x14, 1);
  view.setUint32(832, 0x02000011);
  view.setUint32(840, 0x01000012);
  view.setUint32(848, 0x77);
  const plain = shown(resource(0x4014, 1, 2, outbox)).segments[0] as { body: DecodedFields };
  t.like((plain.body['destination'] as readonly DecodedFields[])[1], { destination_type: 1, destination_id: 0x12 });
  t.deepEqual(plain.body['flow_counter'], [{ flow_counter_id: 0x77 }]);

  const extended = new Uint8Array(832 + 16);
  extended.set(outbox.subarray(0, 840));
  new DataView(extended.buffer).setUint32(0x40 + 0x10, 0x8000_0001);
  new DataView(extended.buffer).setUint32(0x40 + 0x14, 0);
  const long = shown(resource(0x4014, 1, 2, extended)).segments[0] as { body: DecodedFields };
  const [first] = long.body['destination'] as readonly DecodedFields[];
  t.like(first!['destination_entry'], { destination_type: 2, destination_id: 0x11 });
});

const words = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  for (const [at, value] of values.entries()) new DataView(bytes.buffer).setUint32(at * 4, value);
  return bytes;
};

test('a send queue is split where its entries say that they end', (t) => {
  // Entry 4: RDMA_WRITE of 5 units, two blocks; entry 6: SEND of 2 units; then a block that was never written.
  const long = joined(words(0x00000408, (0x1048 << 8) | 5, 8, 0), new Uint8Array(112).fill(7));
  const short = joined(words(0x0000060a, (0x1048 << 8) | 2, 0, 0), new Uint8Array(48));
  const { segments, texts } = shown(resource(0x1001, 0x1048, 4, joined(long, short, new Uint8Array(64).fill(0xff))));
  const entries = segments[0]!['entries'] as readonly DecodedFields[];
  t.deepEqual(
    entries.map(({ index, opcode, ds }) => [index, opcode, ds]),
    [
      [4, 8, 5],
      [6, 10, 2],
      [7, undefined, undefined],
    ],
  );
  t.is((entries[0]!['words'] as readonly string[]).length, 16, '5 units, of which the control segment is one');
  t.is(texts['segments[0].entries[0].opcode'], 'RDMA_WRITE');
  t.is(texts['segments[0].entries[1].opcode'], 'SEND');
});

test('completions are told from errors, and of 128 bytes where the count says so', (t) => {
  const good = new Uint8Array(64);
  good[63] = 0x21;
  const bad = new Uint8Array(64);
  bad.set([0x81, 0x15], 54);
  bad[63] = 0xd1;
  const { segments, texts } = shown(resource(0x1201, 0x401, 0, joined(good, bad)));
  const entries = segments[0]!['entries'] as readonly DecodedFields[];
  t.is(entries.length, 2);
  t.like(entries[1], { vendor_err_synd: 0x81, syndrome: 0x15 });
  t.is(texts['segments[0].entries[0].opcode'], 'RESP_SEND');
  t.is(texts['segments[0].entries[1].syndrome'], 'TRANSPORT_RETRY_EXC_ERR');
  const large = shown(joined(command({ type: 0x1201, count2: 1 }), resource(0x1201, 0x401, 0, joined(good, bad))));
  const [one, ...none] = large.segments[1]!['entries'] as readonly DecodedFields[];
  t.deepEqual(none, []);
  t.is(one!['opcode'], 13);
  t.is((one!['inline_data'] as readonly string[]).length, 16);
});

test('events show the data of their kind', (t) => {
  const completion = new Uint8Array(64);
  new DataView(completion.buffer).setUint32(32 + 24, 0x401);
  const port = new Uint8Array(64);
  port[1] = 9;
  port[3] = 4;
  port[32 + 8] = 0x10;
  const { segments, texts } = shown(resource(0x1301, 7, 10, joined(completion, port)));
  const entries = segments[0]!['entries'] as readonly DecodedFields[];
  t.is(entries[1]!['index'], 11);
  t.deepEqual(entries[0]!['event_data'], { comp_event: { cq_number: 0x401 } });
  t.deepEqual(entries[1]!['event_data'], { port_state_change_event: { port_num: 1 } });
  t.is(texts['segments[0].entries[1].event_type'], 'PORT_CHANGE');
});

test('what nobody has published is shown in words, no bit is left out', (t) => {
  const { segments } = shown(
    joined(
      resource(0x1000, 1, 0, words(1, 0xdeadbeef)),
      segment(0xff00, 12, (view) => view.setUint32(8, 5)),
    ),
  );
  t.deepEqual(segments[0], { segment_type: 0x1000, index1: 1, index2: 0, words: ['00000001', 'deadbeef'] });
  t.deepEqual(segments[1], { segment_type: 0xff00, words: ['00000000', '00000005'] });
});

test('bytes of the neighbours are left to them', (t) => {
  const payload = joined(info(), resource(0x1000, 1, 0, new Uint8Array(8)), terminate());
  const { fields } = decodeItem(dumped(payload, { skip: 16, bytes: 24 }));
  t.deepEqual(
    (fields['segments'] as readonly DecodedFields[]).map(({ segment_type }) => segment_type),
    [0x1000],
  );
});

test('a page of text has a line a field', (t) => {
  const text = formatText(decodeItem(dumped(joined(info(), resource(0x1000, 0x1048, 0, words(1, 2)), terminate()))));
  t.regex(text, /segments\[0\]:\n {2}segment_type +65534 \(INFO\)/);
  t.regex(text, /index1 +4168 \(QPN 0x1048\)/);
  t.regex(text, /words +00000001 00000002/);
});
