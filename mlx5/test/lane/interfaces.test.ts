import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { createGuard } from '../../src/channel/guard.ts';
import type { Needs } from '../../src/collect/collector.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import type { CollectorSpec, ResourceDumpSpec } from '../../src/collect/spec.ts';
import { type EmulatedHost, emulatedHost, whyNoEmulator } from '../emulatedHost.ts';
import { type LaneRun, lane } from './laneRun.ts';

/* Which collector works through which of the kernel's interfaces, cell by cell; and what each says beforehand of its needs
 * and its cost, held against what it did. */
const suite = anyTest as TestFn<{
  readonly mlx5ctl: EmulatedHost;
  readonly fwctl: EmulatedHost;
  readonly limited: EmulatedHost;
}>;
const skipped = whyNoEmulator();
const test = skipped === undefined ? suite.serial : suite.skip;

suite.before(async (t) => {
  if (skipped !== undefined) return t.log(`emulated hosts are skipped: ${skipped}`);
  const [mlx5ctl, fwctl, limited] = await Promise.all(
    ['gpu-a', 'gpu-b', 'gpu-c'].map((profile) => emulatedHost(profile)),
  );
  if (mlx5ctl === undefined || fwctl === undefined || limited === undefined) throw new Error('a host did not start');
  t.context = { mlx5ctl, fwctl, limited };
});
suite.after.always(async (t) => {
  for (const host of Object.values(t.context ?? {})) await host.stop();
});

type Kind = 'mlx5ctl' | 'fwctl';
const DEVICES = { mlx5ctl: '0000:03:00.0', fwctl: '0000:17:00.0' } as const satisfies Record<Kind, string>;

const dump = (mode: NonNullable<ResourceDumpSpec['resourceDump']['mode']>): CollectorSpec => ({
  name: 'it',
  type: 'ResourceDump',
  resourceDump: {
    mode,
    segments: [
      { name: 'FULL_QPC', index: 0x1048 },
      { name: 'SND_BUFF', index: 0x1048, index2: 'all' },
    ],
  },
});
const core = (type: 'Memory' | 'General' | 'QueuePair'): CollectorSpec => ({
  name: 'it',
  type: 'CoreDump',
  coreDump: { type },
});

/** `yes`: it comes to its end; else why it does not, and what there is instead. */
type Cell = 'yes' | RegExp;
interface Row {
  readonly what: string;
  readonly spec: CollectorSpec;
  readonly needs: Needs;
  readonly mlx5ctl: Cell;
  readonly fwctl: Cell;
}

const READS: Needs = { channel: true, memory: 'none', scope: 1 };
const DUMPS: Needs = { channel: true, memory: 'optional', scope: 1 };
const NO_TRACER = /needs the tracer.*On the host: devlink health dump show pci\/0000:\S+ reporter fw$/;
const ROWS: readonly Row[] = [
  {
    what: 'registers',
    spec: { name: 'it', type: 'RegisterDump', registerDump: { set: 'Standard' } },
    ...{ needs: READS, mlx5ctl: 'yes', fwctl: 'yes' },
  },
  {
    what: 'all registers',
    spec: { name: 'it', type: 'RegisterDump', registerDump: { set: 'All' } },
    ...{ needs: READS, mlx5ctl: 'yes', fwctl: 'yes' },
  },
  {
    what: 'a register that nobody knows',
    spec: { name: 'it', type: 'RegisterDump', registerDump: { registers: [{ id: 0x90f3, length: 48 }] } },
    ...{ needs: READS, mlx5ctl: 'yes', fwctl: 'yes' },
  },
  {
    what: 'capabilities',
    spec: { name: 'it', type: 'CapabilityDump', capabilityDump: { mode: 'Both' } },
    ...{ needs: { ...READS, scope: 0 }, mlx5ctl: 'yes', fwctl: 'yes' },
  },
  {
    what: 'objects',
    spec: { name: 'it', type: 'ObjectDump', objectDump: { objects: [{ type: 'QP', ids: '0x1000-0x10ff' }] } },
    ...{ needs: DUMPS, mlx5ctl: 'yes', fwctl: 'yes' },
  },
  { what: 'link', spec: { name: 'it', type: 'LinkDiagnostics' }, needs: READS, mlx5ctl: 'yes', fwctl: 'yes' },
  {
    what: 'link with eye',
    spec: { name: 'it', type: 'LinkDiagnostics', linkDiagnostics: { eye: true } },
    ...{ needs: READS, mlx5ctl: 'yes', fwctl: 'yes' },
  },
  { what: 'firmware', spec: { name: 'it', type: 'FirmwareInfo' }, needs: READS, mlx5ctl: 'yes', fwctl: 'yes' },
  { what: 'NV configuration', spec: { name: 'it', type: 'NvConfig' }, needs: READS, mlx5ctl: 'yes', fwctl: 'yes' },
  {
    what: 'health',
    spec: { name: 'it', type: 'Health' },
    ...{ needs: { channel: 'optional', memory: 'none', scope: 1 }, mlx5ctl: 'yes', fwctl: 'yes' },
  },
  {
    what: 'host state',
    spec: { name: 'it', type: 'HostState' },
    ...{ needs: { channel: false, memory: 'none', scope: 0 }, mlx5ctl: 'yes', fwctl: 'yes' },
  },
  { what: 'resource dump, as it goes best', spec: dump('Auto'), needs: DUMPS, mlx5ctl: 'yes', fwctl: 'yes' },
  { what: 'resource dump inline', spec: dump('Inline'), needs: DUMPS, mlx5ctl: 'yes', fwctl: 'yes' },
  {
    what: 'resource dump into memory',
    ...{ spec: dump('Memory'), needs: DUMPS, mlx5ctl: 'yes' },
    fwctl: /lets no memory be registered.*use mode Inline or Auto/,
  },
  {
    what: 'core dump to memory',
    ...{ spec: core('Memory'), needs: { ...READS, memory: 'required' }, mlx5ctl: 'yes' },
    fwctl: /lets no memory be registered.*devlink health dump show pci\/0000:17:00\.0 reporter fw_fatal$/,
  },
  ...(['General', 'QueuePair'] as const).map(
    (type): Row => ({
      what: `core dump ${type}`,
      spec: core(type),
      needs: READS,
      mlx5ctl: NO_TRACER,
      fwctl: NO_TRACER,
    }),
  ),
];

for (const row of ROWS) {
  for (const kind of ['mlx5ctl', 'fwctl'] as const) {
    test(`${row.what} through ${kind}: ${row[kind] === 'yes' ? 'yes' : 'Unsupported'}, as it said of needs and cost`, async (t) => {
      const run = await runOn(t.context[kind], DEVICES[kind], row.spec);
      checkCell(t, row[kind], run);
      const collector = createCollector(row.spec);
      t.deepEqual(collector.needs, row.needs);
      checkScope(t, collector, run);
      checkEstimate(t, run);
    });
  }
}

async function runOn(host: EmulatedHost, pciAddress: string, spec: CollectorSpec): Promise<LaneRun> {
  const { impact } = createCollector(spec);
  return await lane(host.device(pciAddress), { specs: [spec], impact, devlink: { socket: host.devlinkSocket } });
}

function checkCell(t: ExecutionContext<unknown>, cell: Cell, { ends }: LaneRun): void {
  if (cell === 'yes') t.like(ends, [{ state: 'Done', itemErrors: 0 }], ends[0]?.message);
  else {
    t.like(ends, [{ state: 'Unsupported', reason: 'Unsupported' }]);
    t.regex(ends[0]?.message ?? '', cell);
  }
}

/** All of its commands pass in the scope that it says, and not all in one below. */
function checkScope(
  t: ExecutionContext<unknown>,
  { needs, impact }: ReturnType<typeof createCollector>,
  run: LaneRun,
): void {
  const guard = createGuard(impact);
  const scopes = commandsOf(run).map(({ inbox }) => guard.admit(inbox, 3));
  t.is(Math.max(0, ...scopes), scopes.length === 0 ? 0 : needs.scope);
}

/** Never less than was done; of commands at most four times, of bytes at most eight times as much. */
function checkEstimate(t: ExecutionContext<unknown>, run: LaneRun): void {
  const started = run.events.find((event) => event.type === 'collectorStarted');
  const { commands, bytes } = started!.estimate;
  const frames = run.items.flatMap((item) => item.frames);
  const did = {
    commands: commandsOf(run).length,
    bytes: frames.reduce((sum, { inbox, outbox }) => sum + inbox.length + outbox.length, 0),
  };
  t.true(did.commands <= commands && did.bytes <= bytes, `did ${JSON.stringify(did)}, said ${commands}, ${bytes}`);
  if (did.commands === 0) return;
  t.true(
    commands <= did.commands * 4 && bytes <= did.bytes * 8,
    `did ${JSON.stringify(did)}, said ${commands}, ${bytes}`,
  );
}

function commandsOf({ items }: LaneRun) {
  return items.flatMap(({ kind, frames }) => (kind === 'host' ? [] : frames));
}

test('inline a command brings 208 bytes of a dump, into memory a window; both bring the same', async (t) => {
  const { mlx5ctl, fwctl } = t.context;
  const inline = await runOn(fwctl, DEVICES.fwctl, dump('Auto'));
  const memory = await runOn(mlx5ctl, DEVICES.mlx5ctl, dump('Auto'));
  t.true(commandsOf(inline).every(({ outbox }) => outbox.length === 16 + 256));
  t.true(commandsOf(inline).length > 5 * commandsOf(memory).length);
  const keys = ({ items }: LaneRun) => items.map(({ key }) => key);
  t.deepEqual(keys(inline), keys(memory));
});

test('functions: PFs are read; a PF and a VF of a host that its DPU does not trust say so', async (t) => {
  const { limited, fwctl } = t.context;
  const spec: CollectorSpec = { name: 'it', type: 'CapabilityDump', capabilityDump: {} };
  t.deepEqual(
    limited.devices.map((device) => device.function),
    ['PF', 'VF'],
  );
  for (const { pciAddress } of fwctl.devices) t.like((await runOn(fwctl, pciAddress, spec)).ends, [{ state: 'Done' }]);
  const registers: CollectorSpec = { name: 'it', type: 'RegisterDump', registerDump: { set: 'Standard' } };
  for (const { pciAddress } of limited.devices) {
    const { ends } = await runOn(limited, pciAddress, registers);
    t.like(ends, [{ state: 'Unsupported' }]);
    t.regex(
      ends[0]?.message ?? '',
      /limited function: .*firmware that grants no tools resources\. Ask from the function that owns the card/,
    );
  }
});
