import test from 'ava';
import { type DeviceUnderTest, makeDevice } from './device.ts';

const port = { local_port: 1 };
const PHYS = 'counter_set.phys_layer_cntrs_ext';
const STAT = 'counter_set.phys_layer_stat_cntrs_ext';
const IEEE = 'counter_set.eth_802_3_cntrs_grp_data_layout_ext';

function counter(device: DeviceUnderTest, grp: number, path: string, index: Record<string, number> = {}): number {
  return device.register('PPCNT', { ...port, grp, ...index }).field(path);
}

test('the same seed and time give the same bytes, another seed others', (t) => {
  const read = (seed: number): Uint8Array => {
    const device = makeDevice({ seed });
    device.advance(12.5);
    return device.register('PPCNT', { ...port, grp: 0 }).bytes;
  };
  t.deepEqual(read(3), read(3));
  t.notDeepEqual(read(3), read(4));
});

test('time that stands still shows the same bytes again, however often they are read', (t) => {
  const device = makeDevice();
  for (const name of ['PPCNT', 'MPCNT', 'MTMP', 'MGIR', 'MTUTC', 'SBPR']) {
    const index = name === 'PPCNT' ? { ...port, grp: 0x16 } : {};
    t.deepEqual(device.register(name, index).bytes, device.register(name, index).bytes, name);
  }
});

test('counters run at a rate that the link can carry, and never back', (t) => {
  const device = makeDevice();
  const bytesPerSecond = 400e9 / 8;
  let last = counter(device, 0, `${IEEE}.a_octets_received_ok`);
  for (let second = 0; second < 200; second++) {
    device.advance(1);
    const now = counter(device, 0, `${IEEE}.a_octets_received_ok`);
    const rate = now - last;
    t.true(rate > bytesPerSecond * 0.05 && rate < bytesPerSecond, `${rate} octets in second ${second}`);
    last = now;
  }
});

test('frames of all sizes add up to all frames', (t) => {
  const device = makeDevice();
  const { bytes } = device.register('PPCNT', { ...port, grp: 2 });
  // RFC 2819, by hand: packets at 0x8 + 0x10, ten size bins from 0x8 + 0x58.
  const long = (at: number): bigint => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at);
  const bins = Array.from({ length: 10 }, (_, bin) => long(0x60 + 8 * bin));
  t.is(
    bins.reduce((sum, bin) => sum + bin, 0n),
    long(0x18),
  );
  t.true(bins.every((bin) => bin > 0n));
});

test('groups that count the same thing agree', (t) => {
  const device = makeDevice();
  const octets = counter(device, 0, `${IEEE}.a_octets_transmitted_ok`);
  t.is(counter(device, 1, 'counter_set.eth_2863_cntrs_grp_data_layout_ext.if_out_octets'), octets);
  const priorities = Array.from({ length: 8 }, (_, prio_tc) =>
    counter(device, 0x10, 'counter_set.eth_per_prio_grp_data_layout_ext.tx_octets', { prio_tc }),
  );
  const sum = priorities.reduce((total, share) => total + share, 0);
  t.true(sum <= octets && sum > octets * 0.999);
});

test('a BER is the ratio of the errors and bits beside it', (t) => {
  const device = makeDevice();
  const { field } = device.register('PPCNT', { ...port, grp: 0x16 });
  const errors = Array.from({ length: 4 }, (_, lane) => field(`${STAT}.phy_raw_errors_lane${lane}`));
  const total = errors.reduce((sum, count) => sum + count, 0);
  const bits = field(`${STAT}.phy_received_bits`);
  t.is(field(`${STAT}.phy_corrected_bits`), total);
  const reported = field(`${STAT}.raw_ber_coef`) * 10 ** -field(`${STAT}.raw_ber_magnitude`);
  t.true(Math.abs(reported / (total / bits) - 1) < 0.5, `${reported} against ${total / bits}`);
  t.is(field(`${STAT}.effective_ber_coef`), 15);
  t.is(field(`${STAT}.effective_ber_magnitude`), 255);
});

test('the FEC histogram counts the blocks that the physical layer group counts', (t) => {
  const device = makeDevice();
  const { field } = device.register('PPCNT', { ...port, grp: 0x23 });
  const bins = Array.from({ length: 21 }, (_, bin) =>
    field(`counter_set.ppcnt_rs_fec_histograms_counters_ext.hist[${bin}]`),
  );
  t.is(bins[0], counter(device, 0x12, `${PHYS}.rs_fec_no_errors_blocks`));
  t.is(
    bins.slice(1).reduce((sum, bin) => sum + bin, 0),
    counter(device, 0x12, `${PHYS}.rs_fec_corrected_blocks`),
  );
});

test('clr on a read returns the values, then clears that group and no other', (t) => {
  const device = makeDevice();
  const before = counter(device, 0, `${IEEE}.a_frames_received_ok`);
  const cleared = device.register('PPCNT', { ...port, grp: 0, clr: 1 });
  t.is(cleared.field(`${IEEE}.a_frames_received_ok`), before);
  t.is(cleared.field('clr'), 0);
  t.is(cleared.mutation, 'PPCNT read with clr');
  t.is(counter(device, 0, `${IEEE}.a_frames_received_ok`), 0);
  t.not(counter(device, 1, 'counter_set.eth_2863_cntrs_grp_data_layout_ext.if_in_octets'), 0);
  device.advance(1);
  const after = counter(device, 0, `${IEEE}.a_frames_received_ok`);
  t.true(after > 0 && after < before);
});

test('time since the last clear starts anew with it, the time of the link does not', (t) => {
  const device = makeDevice();
  const upTime = counter(device, 0x16, `${STAT}.port_up_time`);
  device.register('PPCNT', { ...port, grp: 0x16, clr: 1 });
  device.advance(2);
  t.is(counter(device, 0x16, `${STAT}.time_since_last_clear`), 2000);
  t.true(counter(device, 0x16, `${STAT}.port_up_time`) >= upTime + 15);
});

test('a write of group 63 with clr clears every group', (t) => {
  const device = makeDevice();
  device.register('PPCNT', { ...port, grp: 63, clr: 1 }, 'write');
  t.is(counter(device, 0, `${IEEE}.a_frames_received_ok`), 0);
  t.is(counter(device, 0x12, `${PHYS}.rs_fec_no_errors_blocks`), 0);
  t.is(counter(device, 0x10, 'counter_set.eth_per_prio_grp_data_layout_ext.rx_octets', { prio_tc: 3 }), 0);
  t.is(device.register('PPCNT', { ...port, grp: 63 }).status, 3, 'it cannot be read');
});

test('counters_cap says which counters there are', (t) => {
  const { field, mutation } = makeDevice().register('PPCNT', { ...port, grp: 0, counters_cap: 1 });
  t.is(field(`${IEEE}.a_octets_received_ok`), 1);
  t.is(field(`${IEEE}.a_alignment_errors`), 0);
  t.is(mutation, undefined);
});

test("InfiniBand's old counters stop at their largest value, the extended ones go on", (t) => {
  const device = makeDevice({ card: 1 });
  t.is(counter(device, 0x20, 'counter_set.IB_portcntrs_attribute_grp_data_ext.port_xmit_data'), 0xffffffff);
  t.true(counter(device, 0x21, 'counter_set.IB_long_portcntrs_attribute_grp_data_ext.port_xmit_data') > 0xffffffff);
  device.register('PPCNT', { ...port, grp: 0x20, clr: 1 });
  t.is(counter(device, 0x20, 'counter_set.IB_portcntrs_attribute_grp_data_ext.port_xmit_data'), 0);
});

test('MPCNT counts what the ports carried, and clears on a read', (t) => {
  const device = makeDevice();
  const PCIE = 'counter_set.pcie_perf_counters2_ext';
  const before = device.register('MPCNT', { grp: 4 }).field(`${PCIE}.outbound_write_data_dword`);
  t.true(before > 0);
  t.is(device.register('MPCNT', { grp: 4, clr: 1 }).mutation, 'MPCNT read with clr');
  t.is(device.register('MPCNT', { grp: 4 }).field(`${PCIE}.outbound_write_data_dword`), 0);
});

test('temperature drifts within its swing; the maximum is kept until it is reset', (t) => {
  const device = makeDevice();
  const read = (index: Record<string, number> = {}): { now: number; highest: number; mutation: string | undefined } => {
    const { field, mutation } = device.register('MTMP', { sensor_index: 0, ...index });
    return { now: field('temperature') / 8, highest: field('max_temperature') / 8, mutation };
  };
  const seen = new Set<number>();
  for (let minute = 0; minute < 60; minute++) {
    device.advance(60);
    const { now, highest } = read();
    t.true(now > 55 && now < 70 && highest >= now);
    seen.add(now);
  }
  t.true(seen.size > 10);
  const { highest } = read();
  t.is(read({ mtr: 1 }).mutation, 'MTMP read with mtr');
  t.true(read().highest < highest);
});
