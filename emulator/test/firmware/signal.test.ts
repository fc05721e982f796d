import test from 'ava';
import { makeDevice } from './device.ts';

const SLRG = { local_port: 1, lane: 1 };

/** Where each generation of SerDes has what it measured, by hand from the register documentation: page data from 0x4. */
const generations: readonly {
  readonly version: number;
  readonly merit: (word: (byte: number) => number) => number;
}[] = [
  // grade 0x4.0:24 of the page, 25 times the merit.
  { version: 1, merit: (word) => (word(0x8) & 0xff_ffff) / 25 },
  // up_eye_grade 0x1c.0:16.
  { version: 3, merit: (word) => word(0x20) & 0xffff },
  // last_fom 0x8.24:8.
  { version: 4, merit: (word) => word(0xc) >>> 24 },
  // last_fom 0x8.16:16.
  { version: 5, merit: (word) => word(0xc) >>> 16 },
  { version: 6, merit: (word) => word(0xc) >>> 16 },
];

for (const { version, merit } of generations) {
  test(`SLRG and SLTP of SerDes version ${version} have the pages of that generation`, (t) => {
    const device = makeDevice({ edit: (profile) => ({ ...profile, serdesVersion: version }) });
    const { bytes, mutation } = device.register('SLRG', SLRG);
    const word = (byte: number): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(byte);
    // status .28:4, version .24:4, local_port .16:8, lane .8:4.
    t.is(word(0), ((1 << 28) | (version << 24) | (1 << 16) | (1 << 8)) >>> 0);
    t.true(merit(word) >= 170 && merit(word) <= 230, String(merit(word)));
    t.is(mutation, undefined);
    t.is(device.register('SLTP', SLRG).field('version'), version);
  });
}

test('a port that is down has measured nothing', (t) => {
  const { bytes } = makeDevice({ host: 'gpu-b', card: 1 }).register('SLRG', SLRG);
  t.is(bytes[0]! >>> 4, 0, 'status');
  t.true(bytes.subarray(4).every((byte) => byte === 0));
});

test('a measurement that is asked for is journaled: it disturbs the receiver', (t) => {
  const device = makeDevice();
  t.is(device.register('SLRG', { ...SLRG, 'page_data.slrg_7nm_ext.fom_measurement': 1 }).mutation, 'SLRG measurement');
});

test('a module whose partner is dark receives no light, and one for 200 Gb/s offers no more', (t) => {
  const page = 'page_data.pddr_module_info_ext';
  const index = { local_port: 1, page_select: 3, module_info_ext: 1 };
  const dark = makeDevice({ edit: (profile) => ({ ...profile, ports: [{ ...profile.ports[0]!, link: 'down' }] }) });
  t.is(dark.register('PDDR', index).field(`${page}.rx_power_lane0`), 0);
  t.true(dark.register('PDDR', index).field(`${page}.tx_power_lane0`) > 0);
  const cable = 'page_data.pddr_operation_info_page_ext.cable_proto_cap.pddr_cable_cap_eth_ext.cable_ext_eth_proto_cap';
  const mask = (host: string): number =>
    makeDevice({ host }).register('PDDR', { local_port: 1, page_select: 0 }).field(cable);
  // Bits of PTYS: 12 is 200 Gb/s on four lanes, 13 on two faster ones, 16 is 400 Gb/s.
  t.is(mask('gpu-a') >>> 16, 1);
  t.is(mask('gpu-b') >>> 12, 1);
});
