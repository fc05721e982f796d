import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import anyTest, { type TestFn } from 'ava';
import type { Item } from '../../src/collect/item.ts';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import { decodeItem } from '../../src/decode/index.ts';
import { healthReporter } from '../../src/decode/report/health.ts';
import type { Report } from '../../src/decode/report/report.ts';
import { type EmulatedHost, emulatedHost, whyNoEmulator } from '../emulatedHost.ts';
import { lane, registers } from './laneRun.ts';

const health: CollectorSpec = { name: 'health', type: 'Health' };

type HostName = 'mlx5ctl' | 'fwctl' | 'states' | 'limited';
const PROFILES: Readonly<Record<HostName, string>> = {
  mlx5ctl: 'gpu-a',
  fwctl: 'gpu-b',
  states: fileURLToPath(new URL('../profiles/link-states.json', import.meta.url)),
  limited: 'gpu-c',
};

const suite = anyTest as TestFn<Record<HostName, EmulatedHost>>;
const reason = whyNoEmulator();
const test = reason === undefined ? suite.serial : suite.skip;
if (reason !== undefined) suite(`emulated hosts are skipped: ${reason}`, (t) => t.pass());
else {
  suite.before(async (t) => {
    const names = Object.keys(PROFILES) as HostName[];
    const hosts = await Promise.all(names.map(async (name) => [name, await emulatedHost(PROFILES[name])] as const));
    t.context = Object.fromEntries(hosts) as Record<HostName, EmulatedHost>;
  });
  suite.beforeEach(async (t) => {
    for (const host of Object.values(t.context)) {
      await host.control({ fault: 'clear' });
      await host.untilIdle();
    }
  });
  suite.after.always((t) => Promise.all(Object.values(t.context ?? {}).map((host) => host.stop())));
}

function reportOf(items: readonly Item[]): Report {
  return healthReporter.report(items.filter((item) => healthReporter.needs(item)));
}

function value(report: Report, title: string, label: string): unknown {
  return report.sections.find((section) => section.title === title)?.rows.find((row) => row.label === label)?.value;
}

function isDevlink({ key }: Item): boolean {
  return key.startsWith('devlink/');
}

for (const [kind, pciAddress] of [
  ['mlx5ctl', '0000:03:00.0'],
  ['fwctl', '0000:17:00.0'],
] as const) {
  test(`${kind}: registers and devlink are read, and nothing changes`, async (t) => {
    const host = t.context[kind];
    const before = host.log().length;
    const { items, ends, ended } = await lane(host.device(pciAddress), { specs: [health] });
    t.like(ended, { outcome: 'done' });
    t.like(ends, [{ name: 'health', state: 'Done', itemErrors: 0 }]);
    t.is(new Set(items.map(({ key }) => key)).size, items.length);
    t.true(
      items.some(({ key }) => key === 'devlink/family'),
      'the real kernel is asked, whether or not it has devlink',
    );
    await host.untilIdle();
    const mutations = host
      .log()
      .slice(before)
      .filter(({ mutation }) => mutation !== undefined);
    t.deepEqual(mutations, []);
    t.is((await host.control({ status: true }))['tainted'], false);

    const report = reportOf(items);
    t.is(value(report, 'Card', 'Overall'), 'well');
    t.is(value(report, 'Card', 'Firmware'), '28.42.1000');
    t.regex(String(value(report, 'Card', 'Firmware runs for')), /\d\d:\d\d:\d\d$/);
    t.is(value(report, 'PCI Express', 'Width'), 'x16');
    const temperatures = report.sections.find(({ title }) => title === 'Temperatures')?.rows ?? [];
    t.true(temperatures.some(({ label, severity }) => label.startsWith('Sensor 0') && severity === 'ok'));
    // Optical on the one host, on the other passive copper, which measures nothing.
    t.is(
      temperatures.some(({ label }) => label.startsWith('Module 0')),
      kind === 'mlx5ctl',
    );
    t.is(value(report, 'Port 1', 'Link'), 'up');
  });
}

test('a device that cannot be opened: devlink is asked all the same, and the end says why the rest was not', async (t) => {
  const host = t.context.fwctl;
  const device = { ...host.device('0000:17:00.0'), node: join(host.root, 'dev/fwctl/fwctl9') };
  const { items, ends, ended } = await lane(device, { specs: [registers, health] });
  t.is(ended.outcome, 'openFailed');
  t.like(ends, [
    { name: 'regs', state: 'Failed', reason: 'OpenFailed', items: 0 },
    { name: 'health', state: 'Failed', reason: 'OpenFailed' },
  ]);
  t.regex(ends[1]?.message ?? '', /fwctl9.*ENOENT|ENOENT.*fwctl9/);
  t.true(items.length > 0 && items.every(isDevlink));
});

test('a device that vanishes half way: what was read stays, devlink is asked, a second run reads the rest', async (t) => {
  const host = t.context.fwctl;
  const device = host.device('0000:17:00.0');
  await host.control({ fault: 'remove', device: device.pciAddress, register: 'MPEIN' });
  const cut = await lane(device, { specs: [health] });
  await host.control({ fault: 'clear' });
  await host.control({ fault: 'restore', device: device.pciAddress });
  t.like(cut.ends[0], { state: 'Failed', reason: 'DeviceGone' });
  t.true(cut.items.some(isDevlink));
  t.true(cut.items.some(({ name, outcome }) => name === 'MTMP' && outcome === 'ok'));

  const read = cut.items.filter(({ outcome }) => outcome === 'ok' || outcome === 'absent');
  const rest = await lane(device, { specs: [health], done: read });
  t.like(rest.ends[0], { state: 'Done', itemErrors: 0 });
  const whole = await lane(device, { specs: [health] });
  t.deepEqual([...read, ...rest.items].map(({ key }) => key).sort(), whole.items.map(({ key }) => key).sort());
});

test('a device that an earlier collector lost is not asked again', async (t) => {
  const host = t.context.fwctl;
  const device = host.device('0000:17:00.0');
  await host.control({ fault: 'remove', device: device.pciAddress, register: 'MTUTC' });
  const { items, ends } = await lane(device, { specs: [registers, health] });
  await host.control({ fault: 'clear' });
  await host.control({ fault: 'restore', device: device.pciAddress });
  t.like(ends, [
    { name: 'regs', reason: 'DeviceGone' },
    { name: 'health', state: 'Failed', reason: 'DeviceGone' },
  ]);
  t.is(ends[1]?.items, items.filter(isDevlink).length);
});

test('a limited function is Unsupported, and has its devlink', async (t) => {
  const { items, ends } = await lane(t.context.limited.devices[0]!, { specs: [health] });
  t.like(ends, [{ state: 'Unsupported' }]);
  t.regex(ends[0]?.message ?? '', /limited function/);
  t.true(items.some(isDevlink));
});

test('of a card that tells nothing the page does not say that it is well', async (t) => {
  const devlink = { socket: join(t.context.limited.root, 'nosuch') };
  const { items } = await lane(t.context.limited.devices[0]!, { specs: [health], devlink });
  t.is(value(reportOf(items), 'Card', 'Overall'), 'not known: nothing was answered');
});

test('a sensor that firmware refuses is an error item, and the page has the rest', async (t) => {
  const host = t.context.mlx5ctl;
  await host.control({ fault: 'refuse', register: 'MTMP', status: 'INTERNAL_ERR', syndrome: 7, times: 1 });
  const { items, ends } = await lane(host.device('0000:03:00.0'), { specs: [health] });
  t.like(ends[0], { state: 'Done', itemErrors: 1 });
  t.is(value(reportOf(items), 'PCI Express', 'Width'), 'x16');
  t.is(value(reportOf(items), 'Card', 'Overall'), 'well as far as was answered');
});

test('two ports, one without a signal: the page says what PDDR says of each', async (t) => {
  const { items } = await lane(t.context.states.device('0000:03:00.0'), { specs: [health] });
  const report = reportOf(items);
  t.is(value(report, 'Port 1', 'Link'), 'up');
  t.is(value(report, 'Port 2', 'Meaning'), 'signal not detected');
  t.is(value(report, 'Card', 'Overall'), 'needs attention');
});

test('a socket that is not there is an item with its errno', async (t) => {
  const host = t.context.fwctl;
  const devlink = { socket: join(host.root, 'no-such-socket') };
  const { items, ends } = await lane(host.device('0000:17:00.0'), { specs: [health], devlink });
  t.like(ends[0], { state: 'Done', itemErrors: 0 });
  const family = items.find(isDevlink)!;
  t.is(family.outcome, 'absent');
  t.is(decodeItem(family).error?.name, 'ENOENT');
});

test('devlink is asked in the network namespace that is named', async (t) => {
  const device = t.context.fwctl.device('0000:17:00.0');
  const own = await lane(device, { specs: [health], devlink: { networkNamespace: '/proc/self/ns/net' } });
  const plain = await lane(device, { specs: [health] });
  const outcomes = (items: readonly Item[]) => items.filter(isDevlink).map(({ key, outcome }) => `${key} ${outcome}`);
  t.deepEqual(outcomes(own.items), outcomes(plain.items));
  const missing = await lane(device, { specs: [health], devlink: { networkNamespace: '/proc/self/ns/none' } });
  t.deepEqual(outcomes(missing.items), ['devlink/family absent']);
  const wrong = await lane(device, { specs: [health], devlink: { networkNamespace: '/proc/self/ns/mnt' } });
  t.deepEqual(outcomes(wrong.items), ['devlink/family failed']);
  t.is(decodeItem(wrong.items.find(isDevlink)!).error?.name, 'EINVAL');
});

for (const [kind, pciAddress] of [
  ['mlx5ctl', '0000:03:00.0'],
  ['fwctl', '0000:17:00.0'],
] as const) {
  test(`${kind}: devlink tells versions, reporters and what they diagnose`, async (t) => {
    const host = t.context[kind];
    const devlink = { socket: host.devlinkSocket };
    const { items, ends } = await lane(host.device(pciAddress), { specs: [health], devlink });
    t.like(ends, [{ state: 'Done', itemErrors: 0 }]);
    const named = items.filter(isDevlink).map(({ key, outcome }) => `${key.replace(/=0x\w+/, '')} ${outcome}`);
    t.deepEqual(named, [
      'devlink/family ok',
      'devlink/info ok',
      'devlink/health ok',
      'devlink/health/fw/diagnose ok',
      'devlink/health/fw_fatal/diagnose absent',
      'devlink/health/vnic/diagnose ok',
      'devlink/health/tx/diagnose{port_index} ok',
      'devlink/health/rx/diagnose{port_index} ok',
    ]);
    const report = reportOf(items);
    t.is(value(report, 'Card', 'Overall'), 'well');
    t.is(value(report, 'Firmware', 'Driver'), 'mlx5_core');
    t.is(value(report, 'Firmware', 'Syndrome'), '0 (none)');
    t.is(value(report, 'Health reporters', 'fw'), 'healthy, errors 0, recovered 0');
    t.is(value(report, 'Counters of the virtual NIC that are not 0', 'invalid_command'), 2);
    const info = items.find(({ key }) => key === 'devlink/info')!;
    t.like(decodeItem(info).fields, { driver_name: 'mlx5_core' });
  });
}

test('firmware in trouble: the syndrome in words, what its reporter counts, and what to do; then it recovers', async (t) => {
  const host = t.context.mlx5ctl;
  const device = host.device('0000:03:00.0');
  const options = { specs: [health], devlink: { socket: host.devlinkSocket } };
  await host.control({ health: 0x10, device: device.pciAddress });
  const bad = reportOf((await lane(device, options)).items);
  await host.control({ health: 0, device: device.pciAddress });
  const good = reportOf((await lane(device, options)).items);
  t.is(value(bad, 'Card', 'Overall'), 'in error');
  t.is(value(bad, 'Firmware', 'Syndrome'), '16 (high temperature)');
  t.is(value(bad, 'Firmware', 'Description'), 'high temperature');
  t.is(value(bad, 'Health reporters', 'fw'), 'error, errors 1, recovered 0, a dump is kept');
  t.is(value(good, 'Card', 'Overall'), 'needs attention');
  t.is(value(good, 'Health reporters', 'fw'), 'healthy, errors 1, recovered 1, a dump is kept');
});

test('dumps are taken with impact Intrusive only, part by part', async (t) => {
  const host = t.context.mlx5ctl;
  const device = host.device('0000:03:00.0');
  const spec: CollectorSpec = { name: 'health', type: 'Health', health: { dump: true } };
  const devlink = { socket: host.devlinkSocket };
  const forbidden = await lane(device, { specs: [spec], devlink });
  t.like(forbidden.ends, [{ state: 'Failed', reason: 'InvalidSpec', items: 0 }]);
  t.regex(forbidden.ends[0]?.message ?? '', /needs impact Intrusive/);
  t.false(forbidden.items.some(({ name }) => name.endsWith('/dump')));

  const { items, ends } = await lane(device, { specs: [spec], impact: 'Intrusive', devlink });
  t.like(ends, [{ state: 'Done', itemErrors: 0 }]);
  const fw = items.find(({ name }) => name === 'devlink/health/fw/dump')!;
  t.like(decodeItem(fw).fields, { synd: 0, 'health buffer': { irisc_index: 0 } });
  const crdump = items.filter(({ name }) => name === 'devlink/health/fw_fatal/dump');
  t.true(crdump.length > 10);
  const bytes = crdump.map((item) => JSON.stringify(decodeItem(item).fields).match(/[0-9a-f]{1024,}/)?.[0].length ?? 0);
  t.is(
    bytes.reduce((sum, each) => sum + each / 2, 0),
    256 * 1024,
  );
  const again = await lane(device, { specs: [spec], impact: 'Intrusive', devlink, done: items });
  t.deepEqual(
    again.items.map(({ key }) => key),
    [],
  );
});
