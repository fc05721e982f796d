import { getField } from '@nicdiag/mlx5/prm';
import test from 'ava';
import { capabilityTypes } from '../../src/firmware/capabilities/capabilityTypes.ts';
import { getBits } from '../../src/firmware/layout/bits.ts';
import { leavesOf } from '../../src/firmware/layout/leaves.ts';
import { header, makeDevice } from './device.ts';

const QUERY_HCA_CAP = 0x100;
const MAXIMUM = 0;
const CURRENT = 1;

function page(device: ReturnType<typeof makeDevice>, type: number, mode: number): Uint8Array | undefined {
  const { trace, outbox } = device.command(header(QUERY_HCA_CAP, (type << 1) | mode), 4112);
  return trace.status === 0 ? outbox.subarray(16) : undefined;
}

for (const host of ['gpu-a', 'gpu-c']) {
  test(`${host}: every maximum is at least the current value`, (t) => {
    const device = makeDevice({ host });
    let more = 0;
    for (const { type, name, layout } of capabilityTypes.values()) {
      const [current, maximum] = [page(device, type, CURRENT), page(device, type, MAXIMUM)];
      t.is(current === undefined, maximum === undefined, name);
      if (current === undefined || maximum === undefined) continue;
      t.true(
        current.some((byte) => byte !== 0),
        name,
      );
      for (const { path, bit, width } of leavesOf(layout)) {
        if (width > 32 || bit >= current.length * 8) continue;
        const [now, most] = [getBits(current, bit, width), getBits(maximum, bit, width)];
        t.true(most >= now, `${name}.${path}: ${now} of ${most}`);
        if (most > now) more++;
      }
    }
    t.true(more > 5, 'and larger here and there');
  });
}

/** Gate bits of the general page by hand (reference 4), with the type they stand for. */
const gates: readonly (readonly [string, number])[] = [
  ['hca_cap_2', 0x20],
  ['debug', 0xd],
  ['roce', 0x4],
  ['atomic', 0x3],
  ['qos', 0xc],
  ['vector_calc', 0xb],
  ['port_selection_cap', 0x25],
  ['adv_virtualization', 0x26],
  ['ipoib_enhanced_offloads', 0x6],
  ['shampo', 0x1d],
];
for (const [protocol, card] of [
  ['Ethernet', 0],
  ['InfiniBand', 1],
] as const) {
  test(`${protocol}: gate bits and pages agree`, (t) => {
    const device = makeDevice({ card });
    const general = page(device, 0, CURRENT)!;
    for (const [field, type] of gates) {
      t.is(Number(getField(general, 'cmd_hca_cap', field)) === 1, page(device, type, CURRENT) !== undefined, field);
    }
    t.is(page(device, 0x4, CURRENT) !== undefined, protocol === 'Ethernet', 'RoCE is for Ethernet');
  });
}

test('the DEBUG page lists as many counters as the general page says', (t) => {
  const device = makeDevice();
  const count = Number(getField(page(device, 0, CURRENT)!, 'cmd_hca_cap', 'num_of_diagnostic_counters'));
  const debug = page(device, 0xd, CURRENT)!;
  const ids = Array.from({ length: count }, (_, at) => debug[0x42 + 4 * at]! * 256 + debug[0x43 + 4 * at]!);
  t.is(count, 59);
  t.true(ids.includes(0x401) && ids.includes(0x2c02));
  t.deepEqual([...debug.subarray(0x40 + 4 * count, 0x44 + 4 * count)], [0, 0, 0, 0]);
});

test('the general page is that of the function', (t) => {
  const general = page(makeDevice(), 0, CURRENT)!;
  const field = (path: string): number => Number(getField(general, 'cmd_hca_cap', path));
  t.is(field('port_type'), 1);
  t.is(field('num_ports'), 1);
  t.is(field('uctx_cap'), 7);
  t.is(field('device_frequency_khz'), 1_000_000);
  t.is(Number(getField(page(makeDevice({ card: 1 }), 0, CURRENT)!, 'cmd_hca_cap', 'port_type')), 0, 'InfiniBand');
  t.is(Number(getField(page(makeDevice({ host: 'gpu-c' }), 0, CURRENT)!, 'cmd_hca_cap', 'uctx_cap')), 1);
});

test('a short outbox gets the beginning of a page', (t) => {
  const device = makeDevice();
  const { trace, outbox } = device.command(header(QUERY_HCA_CAP, CURRENT), 32);
  t.is(trace.status, 0);
  t.deepEqual(outbox.subarray(16), page(device, 0, CURRENT)!.subarray(0, 16));
});

test('an unknown type and another function are bad parameters', (t) => {
  const device = makeDevice();
  t.is(device.command(header(QUERY_HCA_CAP, 0x12 << 1), 4112).trace.status, 3);
  t.is(device.command(header(QUERY_HCA_CAP, CURRENT).with(8, 0x80), 4112).trace.status, 3);
});
