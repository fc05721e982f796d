import test from 'ava';
import type { Item } from '../../../src/collect/item.ts';
import { type Report, type ReportRow, reporterOf } from '../../../src/decode/index.ts';
import { registerItem } from '../../registerItem.ts';

/* Items by hand from the register documentation: words by their byte offset. */

const { report } = reporterOf('FirmwareInfo')!;

function rowOf(page: Report, section: string, label: string): ReportRow | undefined {
  return page.sections.find(({ title }) => title === section)?.rows.find((row) => row.label === label);
}

const ascii = (text: string, byte: number): Record<number, number> => {
  const padded = Buffer.alloc(Math.ceil((text.length + 1) / 4) * 4);
  padded.write(text);
  return Object.fromEntries(
    Array.from({ length: padded.length / 4 }, (_, at) => [byte + at * 4, padded.readUInt32BE(at * 4)]),
  );
};

/** identifier 0x4.0:16; component_update_state 0x8.0:4, component_status 0x8.4:5. */
const component = (index: number, identifier: number, state: number, status: number): Item =>
  registerItem('MCQS', { 0: index, 4: identifier, 8: (status << 4) | state }, { component_index: index });

/** info_type 0x8.0:5 version; data from 0x18: version_string at +0x20. */
const version = (index: number, text: string, pending: boolean): Item =>
  registerItem(
    'MCQI',
    { 0: ((pending ? 1 << 31 : 0) | index) >>> 0, 8: 1, ...ascii(text, 0x18 + 0x20) },
    { component_index: index, ...(pending ? { read_pending_component: 1 } : {}), info_type: 1 },
  );

test('a component whose version changes with the next reset is marked, with both versions', (t) => {
  const page = report([component(0, 1, 4, 2), version(0, '28.42.1000', false), version(0, '28.43.2026', true)]);
  const section = 'Component 0: BOOT IMG';
  t.like(rowOf(page, section, 'Update'), { value: 'ACTIVE PENDING RESET', severity: 'warning' });
  t.is(rowOf(page, section, 'Version')?.value, '28.42.1000');
  t.like(rowOf(page, section, 'Version from the next reset on'), { value: '28.43.2026', severity: 'warning' });
});

test('a component that waits for nothing, one that failed, one that is not there', (t) => {
  const page = report([
    component(0, 1, 3, 2),
    version(0, '28.42.1000', false),
    version(0, '28.42.1000', true),
    component(1, 11, 5, 1),
    component(2, 7, 0, 0),
  ]);
  t.is(rowOf(page, 'Component 0: BOOT IMG', 'Version from the next reset on'), undefined);
  t.like(rowOf(page, 'Component 1: CC ALGO', 'Update'), { value: 'FAILED', severity: 'error' });
  const absent = page.sections.find(({ title }) => title === 'Component 2: DBG TOKEN')?.rows;
  t.deepEqual(absent, [{ label: 'Status', value: 'NOT PRESENT' }]);
});

test('identity and security by MGIR', (t) => {
  const words = {
    0: 0x0000_1021,
    8: 0x0218,
    16: 0xb83f,
    20: 0xd20a_0010,
    // 1 d 1 h 1 min 1 s.
    28: 90_061,
    // secured .24, signed .25, debug .26; version 28.42.
    32: 0x071c_2ae8,
    // month .24:8, day .16:8, year .0:16, BCD.
    40: 0x0807_2024,
    ...ascii('MT_0000000838', 0x30),
    68: 28,
    72: 42,
    76: 1000,
    // sec_boot .2, life_cycle .0:2.
    84: 0x6,
  };
  const page = report([registerItem('MGIR', words)]);
  t.deepEqual(
    [
      rowOf(page, 'Card', 'PSID'),
      rowOf(page, 'Card', 'Device id'),
      rowOf(page, 'Card', 'Base MAC address'),
      rowOf(page, 'Firmware', 'Version'),
      rowOf(page, 'Firmware', 'Release date'),
      rowOf(page, 'Firmware', 'Uptime'),
      rowOf(page, 'Security', 'Secure boot'),
      rowOf(page, 'Security', 'Encrypted'),
      rowOf(page, 'Security', 'Life cycle'),
    ].map((row) => row?.value),
    [
      'MT_0000000838',
      '0x1021',
      'b8:3f:d2:0a:00:10',
      '28.42.1000',
      '2024-08-07',
      '1 d 1 h 1 min (90061 s)',
      'yes',
      'no',
      'state 2',
    ],
  );
  t.like(rowOf(page, 'Security', 'Debug firmware'), { value: 'yes', severity: 'warning' });
});

test('images of a DPU, those that are not there left out', (t) => {
  // type 0x0.0:4, query_not_available; version text from 0x10.
  const image = (type: number, text: string): Item =>
    registerItem('MISOC', { 0: type, ...ascii(text, 0x10) }, { type });
  const page = report([image(0, 'v2.2'), image(1, '4.7.0-42'), registerItem('MISOC', { 0: 2 }, { type: 2 })]);
  t.deepEqual(page.sections, [
    {
      title: 'Images of the DPU',
      rows: [
        { label: 'ARM ATF', value: 'v2.2' },
        { label: 'ARM UEFI', value: '4.7.0-42' },
      ],
    },
  ]);
});

test('time: mode, state, and the time of the card where it is one', (t) => {
  // time_stamp_mode .30:2 real time, time_stamp_state .28:2 synced; MRTC seconds 0x8.
  const clock = registerItem('MTUTC', { 0: 0x5000_0000 });
  const page = report([clock, registerItem('MRTC', { 0: 0x8000_0000, 8: 1_700_000_000 })]);
  t.is(rowOf(page, 'Time', 'Time stamps')?.value, 'REAL TIME');
  t.like(rowOf(page, 'Time', 'Clock'), { value: 'SYNCED', severity: 'ok' });
  t.is(rowOf(page, 'Time', 'Time of the card')?.value, '2023-11-14T22:13:20.000Z');
  t.is(rowOf(report([registerItem('MRTC', { 8: 5 })]), 'Time', 'Time of the card'), undefined);
});
