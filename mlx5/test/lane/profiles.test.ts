import anyTest, { type ExecutionContext } from 'ava';
import { builtInProfiles } from '../../../emulator/src/cli/profiles.ts';
import type { Item } from '../../src/collect/item.ts';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import { decodeItem, makeReport, type Report, reporterOf } from '../../src/decode/index.ts';
import { type EmulatedHost, emulatedHost, whyNoEmulator } from '../emulatedHost.ts';
import { capabilities, everyRegister, type LaneRun, lane, registers } from './laneRun.ts';

const reason = whyNoEmulator();
const test = reason === undefined ? anyTest.serial : anyTest.serial.skip;
if (reason !== undefined) anyTest(`emulated hosts are skipped: ${reason}`, (t) => t.pass());

const COLLECTORS: readonly CollectorSpec[] = [
  { ...registers, name: 'standard' },
  { ...everyRegister, name: 'all' },
  capabilities,
  { name: 'objects', type: 'ObjectDump', objectDump: { objects: [{ type: 'VNIC_ENV' }, { type: 'EQ', ids: '4-6' }] } },
  { name: 'menu', type: 'ResourceDump', resourceDump: {} },
  { name: 'link', type: 'LinkDiagnostics' },
  { name: 'firmware', type: 'FirmwareInfo' },
  { name: 'configuration', type: 'NvConfig' },
  { name: 'health', type: 'Health' },
  { name: 'host', type: 'HostState' },
];

/** What a function lets this host have:
 * - `all`: everything
 * - `noDump`: everything, but firmware is too old for resource dumps
 * - `some`: identity and state of ports; other registers are error items
 * - `nothing`: no register */
type Access = 'all' | 'noDump' | 'some' | 'nothing';

const UNSUPPORTED: Readonly<Record<Access, readonly string[]>> = {
  all: [],
  noDump: ['menu'],
  some: ['menu', 'configuration'],
  nothing: ['standard', 'all', 'menu', 'link', 'firmware', 'configuration', 'health'],
};
/** Collectors of which some reads are refused, though they come to their end. */
const WITH_ERRORS: Readonly<Record<Access, readonly string[]>> = {
  all: [],
  noDump: [],
  some: ['standard', 'all', 'link', 'firmware', 'health'],
  nothing: [],
};

/** The first line of the health page of a card without trouble. */
const OVERALL: Readonly<Record<Access, string>> = {
  all: 'well',
  noDump: 'well',
  some: 'well as far as was answered',
  // Its reporters are devlink's.
  nothing: 'well as far as was answered',
};

interface Expected {
  readonly model: string;
  readonly access: Access;
  readonly firmware?: string;
  /** Speed, width, identifier of the module and generation of SerDes, of each port. */
  readonly ports?: readonly string[];
  /** What the link's page marks. */
  readonly marked?: readonly string[];
}

const UP_200 = '200 Gb/s, 4x, QSFP28, 7nm';
const CX6DX = { model: 'ConnectX-6 Dx', firmware: '22.42.1000' } as const;
const CX5 = { model: 'ConnectX-5', firmware: '16.35.4030' } as const;
const CX7 = { model: 'ConnectX-7', firmware: '28.42.1000' } as const;
const CX8 = { model: 'ConnectX-8', firmware: '40.44.1036' } as const;
const REFUSED = 'warning: Not answered: BAD_SYS_STATE';
const NOT_UP = ['error: Port 1: state: Link', 'warning: Port 1: troubleshooting: Status opcode'];

/** Every function with a channel of every built-in host, as its profile has it. */
const HOSTS: Readonly<Record<string, Readonly<Record<string, Expected>>>> = {
  'ai-a': {
    '0000:03:00.0': { ...CX8, access: 'all', ports: ['XDR (800 Gb/s), 4x, OSFP, 5nm'] },
    '0000:83:00.0': { ...CX8, access: 'all', ports: ['400 Gb/s, 2x, OSFP, 5nm'] },
  },
  'cloud-a': {
    '0000:17:00.0': { ...CX6DX, access: 'all', ports: ['100 Gb/s, 2x, QSFP28, 16nm'] },
    '0000:17:00.1': { ...CX6DX, access: 'all', ports: ['100 Gb/s, 2x, QSFP28, 16nm'] },
    '0000:17:00.2': { model: 'ConnectX-6 Dx', access: 'nothing' },
  },
  'cloud-b': {
    '0000:3b:00.0': {
      model: 'BlueField-2',
      access: 'all',
      firmware: '24.42.1000',
      ports: ['100 Gb/s, 2x, QSFP28, 16nm'],
    },
    '0000:3b:00.1': {
      model: 'BlueField-2',
      access: 'all',
      firmware: '24.42.1000',
      ports: ['down, QSFP28, 16nm'],
      marked: NOT_UP,
    },
  },
  'dpu-a': {
    '0000:03:00.0': {
      model: 'BlueField-3',
      access: 'all',
      firmware: '32.42.1000',
      ports: ['200 Gb/s, 2x, QSFP28, 7nm'],
    },
    '0000:03:00.1': {
      model: 'BlueField-3',
      access: 'all',
      firmware: '32.42.1000',
      ports: ['200 Gb/s, 2x, QSFP28, 7nm'],
    },
  },
  'gpu-a': {
    '0000:03:00.0': { ...CX7, access: 'all', ports: ['400 Gb/s, 4x, OSFP, 7nm'] },
    '0000:83:00.0': {
      ...CX7,
      access: 'all',
      ports: ['NDR (400 Gb/s), 4x, OSFP, 7nm'],
      marked: ['warning: Port 1: errors: FEC uncorrectable blocks'],
    },
  },
  'gpu-b': {
    '0000:17:00.0': { ...CX7, access: 'all', ports: [UP_200] },
    '0000:98:00.0': { ...CX7, access: 'all', ports: ['down, 7nm'], marked: NOT_UP },
  },
  'gpu-c': {
    '0000:03:00.0': { model: 'BlueField-3', access: 'nothing' },
    '0000:03:00.2': { model: 'BlueField-3', access: 'nothing' },
  },
  'hgx-a': {
    '0000:18:00.0': { ...CX7, access: 'some', ports: ['NDR (400 Gb/s), 4x'], marked: [REFUSED] },
    '0000:29:00.0': { ...CX8, access: 'some', ports: ['XDR (800 Gb/s), 4x'], marked: [REFUSED] },
  },
  'hpc-a': {
    '0000:03:00.0': {
      ...CX7,
      access: 'all',
      ports: ['NDR (200 Gb/s), 2x, QSFP+ with CMIS, 7nm', 'HDR (200 Gb/s), 4x, QSFP28, 7nm'],
    },
    '0000:83:00.0': { ...CX7, access: 'all', ports: [UP_200] },
    '0000:83:00.1': { ...CX7, access: 'all', ports: ['200 Gb/s, 2x, QSFP+ with CMIS, 7nm'] },
  },
  'hpc-b': {
    '0000:03:00.0': { ...CX7, access: 'all', ports: ['NDR (400 Gb/s), 4x, OSFP, 7nm'] },
    '0000:83:00.0': { ...CX7, access: 'all', ports: ['NDR (400 Gb/s), 4x, OSFP, 7nm'] },
  },
  'hpc-c': { '0000:01:00.2': { ...CX6DX, access: 'all', ports: ['100 Gb/s, 4x, QSFP28, 16nm'] } },
  'lab-a': { '0000:83:00.0': { ...CX7, access: 'all', ports: ['400 Gb/s, 4x, OSFP, 7nm'] } },
  'web-a': {
    '0000:03:00.0': {
      model: 'ConnectX-6 Lx',
      access: 'all',
      firmware: '26.42.1000',
      ports: ['25 Gb/s, 1x, SFP, 16nm'],
    },
    '0000:03:00.1': {
      model: 'ConnectX-6 Lx',
      access: 'all',
      firmware: '26.42.1000',
      ports: ['25 Gb/s, 1x, SFP, 16nm'],
    },
  },
  'web-b': {
    '0000:3b:00.0': { ...CX5, access: 'all', ports: ['100 Gb/s, 4x, QSFP28, 28nm'] },
    '0000:3b:00.1': { ...CX5, access: 'all', ports: ['100 Gb/s, 4x, QSFP28, 28nm'] },
    '0000:3b:00.2': { model: 'ConnectX-5', access: 'nothing' },
  },
  'web-c': {
    '0000:3b:00.0': {
      model: 'ConnectX-5',
      access: 'noDump',
      firmware: '16.23.1020',
      ports: ['100 Gb/s, 4x, QSFP28, 28nm'],
    },
    '0000:5e:00.0': { model: 'ConnectX-5', access: 'nothing' },
  },
};

test('every built-in host is here', (t) => t.deepEqual(Object.keys(HOSTS), [...builtInProfiles()]));

for (const [profile, devices] of Object.entries(HOSTS)) {
  test(`${profile}: every collector comes to its end on every function, and nothing changes`, async (t) => {
    const host = await emulatedHost(profile);
    t.teardown(() => host.stop());
    t.deepEqual(
      host.devices.map(({ pciAddress, model }) => [pciAddress, model]),
      Object.entries(devices).map(([pciAddress, { model }]) => [pciAddress, model]),
    );
    for (const [pciAddress, expected] of Object.entries(devices)) await check(t, host, pciAddress, expected);
    t.deepEqual(
      host.log().filter(({ mutation }) => mutation !== undefined),
      [],
    );
    t.is((await host.control({ status: true }))['tainted'], false);
  });
}

async function check(t: ExecutionContext, host: EmulatedHost, pciAddress: string, expected: Expected): Promise<void> {
  const { access, firmware, ports = [], marked = [] } = expected;
  const run = await lane(host.device(pciAddress), { specs: COLLECTORS, devlink: { socket: host.devlinkSocket } });
  t.is(run.ended.outcome, 'done', pciAddress);
  for (const { name, state, reason: why, itemErrors, message } of run.ends) {
    const unsupported = UNSUPPORTED[access].includes(name);
    const said = `${pciAddress} ${name}: ${message}`;
    t.is(state, unsupported ? 'Unsupported' : 'Done', said);
    t.is(why, unsupported ? 'Unsupported' : undefined, said);
    if (unsupported) t.true((message ?? '').startsWith(pciAddress), said);
    else t.is(itemErrors > 0, WITH_ERRORS[access].includes(name), said);
  }
  for (const item of run.items) t.notThrows(() => decodeItem(item), item.key);

  const link = await reportOf(run, 'link', 'LinkDiagnostics');
  t.deepEqual(ports.length === 0 ? [] : marks(link), marked, pciAddress);
  t.deepEqual(
    ports.map((_port, at) => summary(link, at + 1)),
    ports,
    pciAddress,
  );
  const info = await reportOf(run, 'firmware', 'FirmwareInfo');
  t.is(value(info, 'Firmware', 'Version'), firmware, pciAddress);
  const overall = value(await reportOf(run, 'health', 'Health'), 'Card', 'Overall');
  t.is(overall, marked === NOT_UP ? 'needs attention' : OVERALL[access], pciAddress);
}

/** Speed, width, module and SerDes of a port, as its page has them. */
function summary(report: Report, port: number): string {
  const of = (section: string, label: string): unknown => value(report, `Port ${port}: ${section}`, label);
  const state = of('state', 'Link') === 'up' ? of('state', 'Speed') : of('state', 'Link');
  const parts = [state, of('state', 'Width'), of('module', 'Identifier'), of('transmitter', 'SerDes')];
  return parts.filter((part) => part !== undefined).join(', ');
}

function value(report: Report, title: string, label: string): unknown {
  return report.sections.find((section) => section.title === title)?.rows.find((row) => row.label === label)?.value;
}

function marks(report: Report): readonly string[] {
  return report.sections.flatMap(({ title, rows }) =>
    rows
      .filter(({ severity }) => severity === 'warning' || severity === 'error')
      .map(({ label, severity }) => `${severity}: ${title}: ${label}`),
  );
}

/** The page of one collector of a run. */
async function reportOf({ events }: LaneRun, collector: string, type: CollectorSpec['type']): Promise<Report> {
  const reporter = reporterOf(type);
  if (reporter === undefined) throw new Error(`${type} has no page`);
  const items = events.flatMap((event) => (event.type === 'items' && event.collector === collector ? event.items : []));
  return makeReport(reporter, stream(items));
}

async function* stream(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
