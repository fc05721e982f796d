import test from 'ava';
import { header, makeDevice } from './device.ts';

/** Words that were worked out by hand from the register documentation (reference 12.2, 12.4), not by this project's
 * layouts: where emulator and client share a table, a wrong bit would cancel out. */
const golden: readonly (readonly [string, Readonly<Record<string, number>>, readonly number[]])[] = [
  // local_port 1, admin up, oper up; logical state active, physical state link up, event generation on.
  ['PAOS', { local_port: 1 }, [0x0001_0101, 0x0004_0051, 0x0001_0000, 0]],
  // MTUs 9978, 9022, 9022 in the upper halves.
  ['PMTU', { local_port: 1 }, [0x0001_0000, 0x26fa_0000, 0x233e_0000, 0x233e_0000]],
  // Width 4; lanes 0 to 3 of module 0.
  ['PMLP', { local_port: 1 }, [0x0001_0004, 0, 0x0101_0000, 0x0202_0000, 0x0303_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  // Two sensors, one inside; bit 0 of the 64-bit map.
  ['MTCAP', {}, [2, 1, 0, 1]],
  // Module 0: plugged, enabled; event generation on.
  ['PMAOS', {}, [0x0000_0101, 1, 0, 0]],
  // Priority 3 has traffic class 3.
  ['QTCT', { local_port: 1, switch_prio: 3 }, [0x2001_0003, 3]],
];

for (const [name, index, words] of golden) {
  test(`${name} is what the documentation says, bit by bit`, (t) => {
    const { bytes } = makeDevice().register(name, index);
    t.deepEqual(bytesToWords(bytes), words);
  });
}

test('PTYS has its words where the documentation has them', (t) => {
  const words = bytesToWords(makeDevice().register('PTYS', { local_port: 1, proto_mask: 4 }).bytes);
  t.is(words[0], 0x2001_000c, 'an_disable_cap, local_port, transmit_allowed, proto_mask');
  t.is(words[1], 0x1fa0_0fa0, 'an_status 1, max_port_rate 4000, data_rate_oper 4000, 100 Mb/s each');
  t.is(words[8], 0x0001_0000, 'ext_eth_proto_oper: bit 16, 400GAUI-4');
  t.is(words[11], 0x0002_9816, 'lane_rate_oper 10625 (10 Mb/s) above connector_type 6');
});

test('PPCNT counters are 64 bits, high word first', (t) => {
  const device = makeDevice();
  const { bytes } = device.register('PPCNT', { local_port: 1, grp: 0 });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  t.is(view.getUint32(0), 0x0001_0000);
  const { frames, octets } = device.card.traffic(device.card.ports[0]!, 'tx', device.card.ports[0]!.activeSeconds());
  t.is(view.getBigUint64(8), BigInt(frames), 'a_frames_transmitted_ok, data offset 0x0');
  t.is(view.getBigUint64(8 + 0x20), BigInt(octets), 'a_octets_transmitted_ok, data offset 0x20');
});

test('QUERY_ISSI answers in its last word', (t) => {
  const { outbox } = makeDevice().command(header(0x10a), 112);
  const words = bytesToWords(outbox);
  t.is(words[2], 1, 'current_issi, 0x8.0:16');
  t.is(words[0x6c / 4], 3, 'supported_issi_dw0');
});

test('cmd_hca_cap has its gates where the documentation has them', (t) => {
  const { outbox } = makeDevice().command(header(0x100, 1), 4112);
  const word = (byte: number): number => bytesToWords(outbox)[(0x10 + byte) / 4]!;
  t.is((word(0x30) >>> 28) & 1, 1, 'debug');
  t.is((word(0x34) >>> 21) & 3, 3, 'mcam_reg and pcam_reg');
  t.is((word(0x34) >>> 8) & 3, 1, 'port_type Ethernet');
  t.is(word(0x34) & 0xff, 1, 'num_ports');
  t.is(word(0x50) >>> 16, 59, 'num_of_diagnostic_counters');
  t.is(word(0xd4), 7, 'uctx_cap');
});

function bytesToWords(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, word) => view.getUint32(word * 4));
}
