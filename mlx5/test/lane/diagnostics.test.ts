import { fileURLToPath } from 'node:url';
import anyTest, { type TestFn } from 'ava';
import { createCollector } from '../../src/collect/createCollector.ts';
import type { Item } from '../../src/collect/item.ts';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import { decodeItem, type Report, reporterOf } from '../../src/decode/index.ts';
import { type EmulatedHost, emulatedHost, whyNoEmulator } from '../emulatedHost.ts';
import { lane } from './laneRun.ts';

const link: CollectorSpec = { name: 'link', type: 'LinkDiagnostics' };
const eye: CollectorSpec = { name: 'link', type: 'LinkDiagnostics', linkDiagnostics: { eye: true } };
const firmware: CollectorSpec = { name: 'fw', type: 'FirmwareInfo' };
const configuration: CollectorSpec = { name: 'conf', type: 'NvConfig' };

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

function reportOf(type: CollectorSpec['type'], items: readonly Item[]): Report {
  const { needs, report } = reporterOf(type)!;
  return report(items.filter(needs));
}

/** Section to label to value, of those that are marked. */
function marked(report: Report): readonly string[] {
  return report.sections.flatMap(({ title, rows }) =>
    rows
      .filter(({ severity }) => severity === 'warning' || severity === 'error')
      .map(({ label, value, severity }) => `${severity}: ${title}: ${label}: ${value}`),
  );
}

function value(report: Report, title: string, label: string): unknown {
  return report.sections.find((section) => section.title === title)?.rows.find((row) => row.label === label)?.value;
}

for (const kind of ['mlx5ctl', 'fwctl'] as const) {
  test(`${kind}: link, firmware and configuration are read without an error, and nothing changes`, async (t) => {
    const host = t.context[kind];
    const device = host.devices[0]!;
    const before = host.log().length;
    const { items, ends, ended } = await lane(device, { specs: [link, firmware, configuration] });
    t.like(ended, { outcome: 'done' });
    t.deepEqual(
      ends.map(({ name, state, itemErrors }) => ({ name, state, itemErrors })),
      [
        { name: 'link', state: 'Done', itemErrors: 0 },
        { name: 'fw', state: 'Done', itemErrors: 0 },
        { name: 'conf', state: 'Done', itemErrors: 0 },
      ],
    );
    const mutations = host
      .log()
      .slice(before)
      .filter(({ mutation }) => mutation !== undefined);
    t.deepEqual(mutations, []);
    for (const item of items.filter(({ name }) => name !== 'GENERAL'))
      t.deepEqual(decodeItem(item).unknown, {}, item.key);
    t.is((await host.control({ status: true }))['tainted'], false);
  });
}

test('a collector costs no more than it says before it starts, on a card with two ports too', async (t) => {
  const device = t.context.states.device('0000:03:00.0');
  for (const spec of [link, firmware, configuration]) {
    const { items } = await lane(device, { specs: [spec] });
    const frames = items.flatMap((item) => item.frames);
    const bytes = frames.reduce((sum, { inbox, outbox }) => sum + inbox.length + outbox.length, 0);
    const { impact, needs, estimate } = createCollector(spec);
    const estimated = estimate(device);
    t.true(frames.length <= estimated.commands, `${spec.type}: ${frames.length} of ${estimated.commands} commands`);
    t.true(bytes <= estimated.bytes, `${spec.type}: ${bytes} of ${estimated.bytes} bytes`);
    t.deepEqual([impact, needs], ['ReadOnly', { channel: true, memory: 'none', scope: 1 }]);
  }
  t.is(createCollector(eye).impact, 'DebugWrite');
});

/** A device, and what of its link needs attention. */
const LINKS: readonly (readonly [string, HostName, string, readonly string[]])[] = [
  ['a 400 Gb/s link that is up', 'mlx5ctl', '0000:03:00.0', []],
  ['an NDR link with errors', 'mlx5ctl', '0000:83:00.0', ['warning: Port 1: errors: FEC uncorrectable blocks: ']],
  ['a 200 Gb/s link through fwctl', 'fwctl', '0000:17:00.0', []],
  [
    'a port without its cable',
    'fwctl',
    '0000:98:00.0',
    ['error: Port 1: state: Link: down', 'warning: Port 1: troubleshooting: Status opcode: 1024'],
  ],
  [
    'two InfiniBand ports, one bad, one down',
    'states',
    '0000:03:00.0',
    [
      'warning: Port 1: errors: Effective BER: 2E-13',
      'warning: Port 1: errors: FEC uncorrectable blocks: ',
      'error: Port 2: state: Link: down',
      'warning: Port 2: troubleshooting: Status opcode: 57',
    ],
  ],
];

for (const [title, name, pciAddress, attention] of LINKS) {
  test(`${title}: a full page, and these things marked`, async (t) => {
    const { items, ends } = await lane(t.context[name].device(pciAddress), { specs: [link] });
    t.like(ends[0], { state: 'Done', itemErrors: 0 });
    const report = reportOf('LinkDiagnostics', items);
    t.deepEqual(
      // Counters grow.
      marked(report).map((line) => line.replace(/(uncorrectable blocks: ).*/, '$1')),
      attention,
    );
    const titles = report.sections.map((section) => section.title);
    for (const part of ['state', 'troubleshooting', 'history', 'module', 'errors', 'transmitter']) {
      t.true(titles.includes(`Port 1: ${part}`), part);
    }
    t.is(value(report, 'PCI Express', 'Width'), 'x16');
  });
}

test('the page of a link says what the other registers say', async (t) => {
  const { items } = await lane(t.context.states.device('0000:03:00.0'), { specs: [link] });
  const report = reportOf('LinkDiagnostics', items);
  t.deepEqual(
    ['Protocol', 'Speed', 'Width', 'FEC'].map((label) => value(report, 'Port 1: state', label)),
    ['InfiniBand', 'HDR (200 Gb/s)', '4x', 'Standard RS'],
  );
  t.is(value(report, 'Port 1: module', 'Memory map'), 'SFF-8636 2.8 to 2.10');
  t.is(value(report, 'Port 2: module', 'Memory map'), 'CMIS 5.0');
  t.is(value(report, 'Port 2: troubleshooting', 'Meaning'), 'signal not detected');
  t.deepEqual(value(report, 'Port 2: module', 'Rx power'), [-40, -40, -40, -40], 'no light');
  t.is(value(report, 'Port 1: history', 'Link down events'), 3);
});

/** Bytes of a module that a read clears: interrupt and alarm flags. [lower half, page 0x11 of CMIS] */
const LATCHED = { cmis: { lower: [8, 13], lanes: [134, 153] }, sff8636: { lower: [3, 21] } } as const;

test('no byte of a module that latches a flag is read', async (t) => {
  const ranges = async (host: EmulatedHost, pciAddress: string) => {
    const { items } = await lane(host.device(pciAddress), { specs: [link] });
    return items
      .filter(({ name }) => name === 'MCIA')
      .map(({ index }) => ({
        page: index['page_number'] ?? 0,
        first: index['device_address'] ?? 0,
        last: (index['device_address'] ?? 0) + (index['size'] ?? 0) - 1,
      }));
  };
  const touches = ({ first, last }: { first: number; last: number }, [from, to]: readonly [number, number]) =>
    first <= to && last >= from;
  const cmis = await ranges(t.context.mlx5ctl, '0000:03:00.0');
  t.true(cmis.length > 5);
  t.false(cmis.some((read) => touches(read, LATCHED.cmis.lower)));
  t.false(cmis.some((read) => read.page === 0x11 && touches(read, LATCHED.cmis.lanes)));
  const sff8636 = await ranges(t.context.fwctl, '0000:17:00.0');
  t.true(sff8636.length > 3);
  t.false(sff8636.some((read) => touches(read, LATCHED.sff8636.lower)));
});

test('eyes are read with impact DebugWrite only, and no measurement is started', async (t) => {
  const host = t.context.mlx5ctl;
  const device = host.device('0000:03:00.0');
  const before = host.log().length;
  const allowed = await lane(device, { specs: [eye], impact: 'DebugWrite' });
  t.like(allowed.ends[0], { state: 'Done', itemErrors: 0 });
  const report = reportOf('LinkDiagnostics', allowed.items);
  t.is((value(report, 'Port 1: eye', 'Last figure of merit') as readonly number[]).length, 4);
  const slrg = host
    .log()
    .slice(before)
    .filter(({ register }) => register === 'SLRG');
  t.is(slrg.length, 4);
  t.deepEqual(
    slrg.filter(({ mutation }) => mutation !== undefined),
    [],
  );
  const forbidden = await lane(device, { specs: [eye] });
  t.false(forbidden.items.some(({ name }) => name === 'SLRG'));
  t.is(forbidden.ends[0]?.state, 'Failed');
});

test('firmware: identity, security, components and time', async (t) => {
  const { items } = await lane(t.context.mlx5ctl.device('0000:03:00.0'), { specs: [firmware] });
  const report = reportOf('FirmwareInfo', items);
  t.deepEqual(marked(report), []);
  t.deepEqual(
    [
      value(report, 'Card', 'Serial number'),
      value(report, 'Card', 'PSID'),
      value(report, 'Card', 'Base MAC address'),
      value(report, 'Firmware', 'Version'),
      value(report, 'Firmware', 'Release date'),
      value(report, 'Security', 'Secure boot'),
      value(report, 'Component 0: BOOT IMG', 'Version'),
      value(report, 'Component 1: CS TOKEN', 'Version'),
      value(report, 'Time', 'Time stamps'),
    ],
    [
      'MT2415T00A01',
      'MT_0000000838',
      'b8:3f:d2:0a:00:10',
      '28.42.1000',
      '2024-08-07',
      'yes',
      '28.42.1000',
      undefined,
      'REAL TIME',
    ],
  );
});

test('configuration: what waits for a reset, what was changed, and every setting by name', async (t) => {
  const { items } = await lane(t.context.mlx5ctl.device('0000:83:00.0'), { specs: [configuration] });
  const report = reportOf('NvConfig', items);
  t.deepEqual(marked(report), ['warning: Waiting for a reset: NUM_OF_VFS (the card): 16, from the next reset on 32']);
  t.is(value(report, 'Changed since delivery', 'SRIOV_EN (the card)'), 'True(1), delivered as False(0)');
  t.is(value(report, 'VPI_LINK_TYPE of port 1', 'LINK_TYPE'), 'IB(1)');
  t.is(value(report, 'PERFORMANCE_TUNING_CONF of the card', 'Words'), '00000000 00000000 00000000 00000000');
  const ethernet = await lane(t.context.mlx5ctl.device('0000:03:00.0'), { specs: [configuration] });
  t.is(value(reportOf('NvConfig', ethernet.items), 'VPI_LINK_TYPE of port 1', 'LINK_TYPE'), 'ETH(2)');
});

test('configuration by number and value: only those are read', async (t) => {
  const spec: CollectorSpec = {
    ...configuration,
    nvConfig: { types: ['0x80', '0x7f', '0x0300007f'], values: ['Current'] },
  };
  const { items, ends } = await lane(t.context.fwctl.device('0000:17:00.0'), { specs: [spec] });
  t.like(ends[0], { state: 'Done', itemErrors: 0 });
  t.deepEqual(
    items.filter(({ name }) => name !== 'MNVGC').map(({ key, outcome }) => `${key} ${outcome}`),
    [
      'MNVQC{type=0x80} ok',
      'MNVDA{configuration_item_header.type=0x80,configuration_item_header.access_mode=0x1,configuration_item_header.length=0xc} ok',
      'MNVQC{type=0x7f} ok',
      'MNVQC{type=0x300007f} ok',
    ],
  );
});

test('a limited function is Unsupported, with a word on where to ask', async (t) => {
  const { ends } = await lane(t.context.limited.devices[0]!, { specs: [link, firmware, configuration] });
  t.deepEqual(
    ends.map(({ name, state }) => ({ name, state })),
    [
      { name: 'link', state: 'Unsupported' },
      { name: 'fw', state: 'Unsupported' },
      { name: 'conf', state: 'Unsupported' },
    ],
  );
  for (const { message } of ends)
    t.regex(message ?? '', /limited function: .*, or firmware that grants no tools resources\. Ask from/);
});

test('a register that firmware refuses is an error item, and the page has the rest', async (t) => {
  const host = t.context.mlx5ctl;
  await host.control({ fault: 'refuse', register: 'PDDR', status: 'INTERNAL_ERR', syndrome: 7, times: 1 });
  const { items, ends } = await lane(host.device('0000:03:00.0'), { specs: [link] });
  t.like(ends[0], { state: 'Done', itemErrors: 1 });
  const report = reportOf('LinkDiagnostics', items);
  t.is(value(report, 'Port 1: state', 'PHY manager'), undefined);
  t.is(value(report, 'Port 1: state', 'Speed'), '400 Gb/s');
  t.is(value(report, 'Port 1: troubleshooting', 'Status opcode'), 0);
});

for (const [spec, register] of [
  [link, 'PPLM'],
  [firmware, 'MCQI'],
  [configuration, 'MNVDA'],
] as const) {
  test(`a device that vanishes in a ${spec.type} leaves what was read, and a page of it; a second run reads the rest`, async (t) => {
    const host = t.context.fwctl;
    const device = host.device('0000:17:00.0');
    await host.control({ fault: 'remove', device: device.pciAddress, register });
    const cut = await lane(device, { specs: [spec] });
    await host.control({ fault: 'clear' });
    await host.control({ fault: 'restore', device: device.pciAddress });
    t.like(cut.ends[0], { state: 'Failed', reason: 'DeviceGone' });
    const read = cut.items.filter(({ outcome }) => outcome === 'ok');
    t.true(read.length > 0);
    t.is(reportOf(spec.type, read).type, spec.type);
    const rest = await lane(device, { specs: [spec], done: read });
    t.like(rest.ends[0], { state: 'Done', itemErrors: 0 });
    const twice = rest.items.filter(({ key }) => read.some((item) => item.key === key));
    t.deepEqual(
      twice.map(({ key }) => key),
      [],
    );
    const whole = await lane(device, { specs: [spec] });
    t.deepEqual([...read, ...rest.items].map(({ key }) => key).sort(), whole.items.map(({ key }) => key).sort());
  });
}
