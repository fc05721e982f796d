import test from 'ava';
import type { Item } from '../../src/collect/item.ts';
import { type DecodedItem, decodeItem, formatText, itemDecoder } from '../../src/decode/index.ts';
import { registerItem } from '../registerItem.ts';

/** Sets words of a register by their byte offset. */
function item(name: string, words: Readonly<Record<number, number>>, index: Record<string, number> = {}): Item {
  return registerItem(name, words, index);
}

test('values keep the names of the database, their meaning stands beside them', (t) => {
  const decoded = decodeItem(item('PAOS', { 0: 0x0001_0102, 4: 0x0004_0050 }, { local_port: 1 }));
  t.like(decoded.fields, { local_port: 1, admin_status: 1, oper_status: 2, logical_state_status: 4 });
  t.like(decoded.texts, {
    oper_status: 'down',
    admin_status: 'up',
    physical_state_status: 'LinkUp',
    logical_state_status: 'Active',
  });
});

test('texts of the units that the documentation gives', (t) => {
  const cases: readonly (readonly [string, Record<number, number>, string, string])[] = [
    ['MTMP', { 4: 0xffe6 }, 'temperature', '-3.25 °C'],
    ['MTMP', { 4: 0x184 }, 'temperature', '48.5 °C'],
    ['MTMP', { 24: 0x61736963, 28: 0x30000000 }, 'sensor_name_hi', 'asic0'],
    [
      'PDDR',
      { 4: 1, 12: 0x0400_0000 >>> 16 },
      'page_data.pddr_troubleshooting_page_ext.status_opcode.pddr_monitor_opcode_ext.monitor_opcode',
      'cable unplugged',
    ],
    ['PDDR', { 4: 3, 84: 0x2d40_80e8 }, 'page_data.pddr_module_info_ext.temperature', '45.25 °C'],
    ['PDDR', { 4: 3, 84: 0x2d40_80e8 }, 'page_data.pddr_module_info_ext.voltage', '3.3 V'],
    ['PDDR', { 4: 3, 88: 0x03e8_0000 }, 'page_data.pddr_module_info_ext.rx_power_lane0', '1000 µW (0 dBm)'],
    ['PDDR', { 4: 3, 88: 0x03e8_0000 }, 'page_data.pddr_module_info_ext.rx_power_lane1', '0 µW (-40 dBm)'],
    ['PDDR', { 4: 6, 12: 2 }, 'page_data.pddr_link_down_info_page_ext.local_reason_opcode', 'Hi_BER'],
    ['PPCNT', { 0: 0x16, 104: 0x0000_0903 }, 'counter_set.phys_layer_stat_cntrs_ext.raw_ber_coef', '3E-9'],
    ['PTYS', { 4: 4000 }, 'data_rate_oper', '400 Gb/s'],
    ['PPLM', { 12: 0x80 }, 'fec_mode_active', 'Standard_RS'],
    ['MPEIN', { 12: 0x0010_0020 }, 'link_speed_active', '32 GT/s'],
    ['MPEIN', { 12: 0x0010_0020 }, 'link_width_active', 'x16'],
    ['DTOR', { 20: 0x2000_0003 }, 'HEALTH_POLL_TO.to_value', '3 s'],
  ];
  for (const [name, words, path, text] of cases)
    t.is(decodeItem(item(name, words)).texts[path], text, `${name} ${path}`);
});

test('a counter of two words is one number, exact above 2^53 too', (t) => {
  const counter = (high: number, low: number): unknown => {
    const decoded = decodeItem(item('PPCNT', { 0: 0, 16: high, 20: low }));
    const set = decoded.fields['counter_set'] as DecodedItem['fields'];
    return (set['eth_802_3_cntrs_grp_data_layout_ext'] as DecodedItem['fields'])['a_frames_received_ok'];
  };
  t.is(counter(1, 2), 4294967298);
  t.is(counter(0x001f_ffff, 0xffff_ffff), Number.MAX_SAFE_INTEGER);
  t.is(counter(0x0020_0000, 0), '9007199254740992');
  t.is(counter(0xffff_ffff, 0xffff_ffff), '18446744073709551615');
});

test('bits that no field covers are shown by offset, in nested layouts too', (t) => {
  t.deepEqual(decodeItem(item('MTCAP', { 0: 0x80 })).unknown, { '0x0': '0x00000080' });
  t.deepEqual(decodeItem(item('PPCNT', { 0: 0x27, 32: 7 })).unknown, { '0x20': '0x00000007' });
});

test('characters are text', (t) => {
  const decoded = decodeItem(item('MGIR', { 48: 0x4d545f30, 52: 0x30303030, 56: 0x30303833, 60: 0x38000000 }));
  t.is(decoded.texts['fw_info.psid'], 'MT_0000000838');
});

test('a refused item has an error and no fields', (t) => {
  const refused = { ...item('PPCNT', {}), outcome: 'refused' as const };
  const frame = { ...refused.frames[0]!, status: 3, syndrome: 0x3c2a11 };
  const decoded = decodeItem({ ...refused, frames: [frame] });
  t.deepEqual(decoded.error, { name: 'BAD_PARAM', text: 'bad parameter', syndrome: '0x003c2a11' });
  t.deepEqual(decoded.fields, {});
  t.is(formatText(decoded), 'refused: BAD_PARAM (bad parameter), syndrome 0x003c2a11');
});

test('a failed item names its errno', (t) => {
  const failed = { ...item('PPCNT', {}), outcome: 'failed' as const };
  t.is(decodeItem({ ...failed, frames: [{ ...failed.frames[0]!, errno: 110 }] }).error?.name, 'ETIMEDOUT');
});

test('a capability page without a public layout shows its words', (t) => {
  const outbox = new Uint8Array(16 + 4096);
  outbox[16 + 8] = 1;
  const base = item('MTCAP', {});
  const decoded = decodeItem({ ...base, kind: 'capability', name: 'CRYPTO', frames: [{ ...base.frames[0]!, outbox }] });
  t.deepEqual(decoded.unknown, { '0x8': '0x01000000' });
});

test('text for people has a line a field, nested fields indented, unknown bits last', (t) => {
  const text = formatText(decodeItem(item('MTCAP', { 0: 0x82, 4: 1, 12: 3 })));
  t.is(
    text,
    [
      'sensor_count           2',
      'slot_index             0',
      'internal_sensor_count  1',
      'sensor_map             3',
      'unknown bits at 0x0: 0x00000080',
    ].join('\n'),
  );
});

test('decoding everything gives JSON', (t) => {
  for (const name of ['PTYS', 'PDDR', 'MGIR', 'PMLP', 'PBMC', 'QPDPM', 'MPCNT', 'MCQI']) {
    t.notThrows(() => JSON.stringify(itemDecoder.decodeItem(item(name, { 0: 0xffff_ffff, 4: 0xffff_ffff }))), name);
  }
  t.is(itemDecoder.layoutVersion, '1');
  t.is(itemDecoder.statusName(3), 'BAD_PARAM');
});
