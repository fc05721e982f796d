import { join } from 'node:path';
import { decodeItem } from '../../src/decode/index.ts';
import { hostStateReporter } from '../../src/decode/report/hostState.ts';
import { makeReport } from '../../src/decode/report/makeReport.ts';
import { hostTest } from '../hostTest.ts';
import { capabilities, lane } from './laneRun.ts';

const test = hostTest('gpu-b');
const hostState = { name: 'host', type: 'HostState' } as const;

test('what the kernel tells is read without opening the device', async (t) => {
  const { host } = t.context;
  await host.untilIdle();
  const before = host.log().length;
  const { items, ends, ended, events } = await lane(host.device('0000:17:00.0'), { specs: [hostState] });
  t.is(ended.outcome, 'done');
  t.like(ends, [{ name: 'host', state: 'Done', itemErrors: 0 }]);
  t.false(events.some(({ type }) => type === 'opened' || type === 'firstCommand'));
  t.is(host.log().length, before);

  const read = new Map(items.map((item) => [item.key, decodeItem(item).fields]));
  t.is(new Set(items.map(({ key }) => key)).size, items.length);
  const pci = '/sys/bus/pci/devices/0000:17:00.0';
  t.like(read.get(`${pci}/current_link_width`), { value: 16 });
  t.like(read.get(`${pci}/aer_dev_fatal`), { TOTAL_ERR_FATAL: 0 });
  t.like(read.get('/sys/devices/pci0000:16/0000:16:01.0/max_link_speed'), { value: '32.0 GT/s PCIe' });
  t.like(read.get('/sys/class/net/enp23s0np0/operstate'), { value: 'up' });
  t.like(read.get('/sys/class/infiniband/mlx5_0/ports/1/hw_counters/out_of_buffer'), { value: 0 });
  const records = JSON.stringify(read.get('/dev/kmsg'));
  t.regex(records, /0000:17:00\.0: firmware version: 28\.42\.1000/);
  t.notRegex(records, /0000:98:00\.0|nvme/);

  const report = await makeReport(
    hostStateReporter,
    (async function* () {
      yield* items;
    })(),
  );
  const labels = report.sections.flatMap(({ rows }) => rows.map(({ label }) => label));
  t.true(labels.includes('Lockdown') && labels.includes('0000:16:01.0'), labels.join());
});

test('a device that cannot be opened: the host is asked all the same, the rest says why it was not', async (t) => {
  const { host } = t.context;
  const device = { ...host.device('0000:17:00.0'), node: join(host.root, 'dev/fwctl/fwctl9') };
  const { items, ends, ended } = await lane(device, { specs: [capabilities, hostState] });
  t.is(ended.outcome, 'openFailed');
  t.regex(ended.message ?? '', /ENOENT/);
  t.like(ends, [
    { name: 'caps', state: 'Failed', reason: 'OpenFailed', items: 0 },
    { name: 'host', state: 'Done' },
  ]);
  t.regex(ends[0]?.message ?? '', /fwctl9.*ENOENT|ENOENT.*fwctl9/);
  t.true(items.some(({ key }) => key.endsWith('/current_link_speed')));
});

test('a device that vanishes: what the kernel still knows of it is read', async (t) => {
  const { host } = t.context;
  const device = host.device('0000:98:00.0');
  await host.control({ fault: 'remove', device: device.pciAddress, afterCommands: 3 });
  const { items, ends, ended } = await lane(device, { specs: [capabilities, hostState] });
  await host.control({ fault: 'clear' });
  t.is(ended.outcome, 'gone');
  t.like(ends, [{ reason: 'DeviceGone' }, { name: 'host', state: 'Done' }]);
  t.true(items.some(({ key }) => key === '/dev/kmsg'));
  t.false(items.some(({ key }) => key === '/sys/bus/pci/devices/0000:98:00.0/vendor'));
});

test('an earlier run steers: nothing is read twice', async (t) => {
  const device = t.context.host.device('0000:17:00.0');
  const whole = await lane(device, { specs: [hostState] });
  const rest = await lane(device, { specs: [hostState], done: whole.items.slice(0, 20) });
  t.deepEqual(
    rest.items.map(({ key }) => key),
    whole.items.slice(20).map(({ key }) => key),
  );
});
