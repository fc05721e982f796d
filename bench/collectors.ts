/** What each collector costs on an emulated ConnectX-7 through mlx5ctl, how fast its answers are decoded and compared, and
 * what registered memory saves. In a lane, as in an agent. Run as root, or inside `tools/src/inside.ts`:
 * `node bench/collectors.ts`. Prints tables and, with `--json`, one line of JSON. */
import { type CollectorSpec, type Frame, type Impact, type Item, runLane } from '@nicdiag/mlx5';
import { type DecodedItem, decodeItem } from '@nicdiag/mlx5/decode';
import { diffItems } from '../cli/src/diff/diffItems.ts';
import { emulatedHost } from '../mlx5/test/emulatedHost.ts';

const CX7 = '0000:03:00.0';
const ROUNDS = 7;
const DECODE_ROUNDS = 15;
const QUEUE_PAIRS = 10_000;
const MOST_BYTES = 2 ** 32;

const everyRegister: CollectorSpec = { name: 'All registers', type: 'RegisterDump', registerDump: { set: 'All' } };
const capabilities: CollectorSpec = {
  name: 'CapabilityDump, Both',
  type: 'CapabilityDump',
  capabilityDump: { mode: 'Both' },
};
const queuePairs = (mode: 'Inline' | 'Memory'): CollectorSpec => ({
  name: `FULL_QPC all, ${mode}`,
  type: 'ResourceDump',
  resourceDump: { mode, segments: [{ name: 'FULL_QPC', index: 'all' }], followReferences: 0 },
});

const COLLECTORS: readonly (readonly [CollectorSpec, Impact])[] = [
  [{ name: 'RegisterDump, Standard', type: 'RegisterDump', registerDump: { set: 'Standard' } }, 'ReadOnly'],
  [everyRegister, 'ReadOnly'],
  [capabilities, 'ReadOnly'],
  [{ name: 'LinkDiagnostics', type: 'LinkDiagnostics' }, 'ReadOnly'],
  [{ name: 'FirmwareInfo', type: 'FirmwareInfo' }, 'ReadOnly'],
  [{ name: 'NvConfig', type: 'NvConfig' }, 'ReadOnly'],
  [{ name: 'Health', type: 'Health' }, 'ReadOnly'],
  [{ name: 'HostState', type: 'HostState' }, 'ReadOnly'],
  [
    { name: 'ObjectDump, all QPs', type: 'ObjectDump', objectDump: { objects: [{ type: 'QP', ids: 'all' }] } },
    'ReadOnly',
  ],
  [
    {
      name: 'ResourceDump, FULL_QPC',
      type: 'ResourceDump',
      resourceDump: { segments: [{ name: 'FULL_QPC', index: '0x1048-0x1087' }] },
    },
    'ReadOnly',
  ],
  [{ name: 'CoreDump, 831,304 B', type: 'CoreDump' }, 'Intrusive'],
];

interface Run {
  readonly items: readonly Item[];
  readonly commands: number;
  readonly bytes: number;
  /** From the collector's start to its end. */
  readonly ns: number;
  /** Of it, outside of commands. */
  readonly clientNs: number;
}

const host = await emulatedHost('gpu-a');
const device = host.device(CX7);
const tables: Record<string, Record<string, string | number>[]> = { collectors: [], decoding: [], memory: [] };
try {
  await host.control({ populate: { countedContexts: true }, device: CX7 });
  for (const [spec, impact] of COLLECTORS) tables['collectors']?.push(costRow(spec.name, await runs(spec, impact)));
  tables['decoding']?.push(...(await measureDecoding()));
  await host.control({ populate: { queuePairs: QUEUE_PAIRS, countedContexts: true }, device: CX7 });
  for (const mode of ['Inline', 'Memory'] as const) {
    const spec = queuePairs(mode);
    tables['memory']?.push(costRow(`${QUEUE_PAIRS} ${spec.name}`, await runs(spec, 'ReadOnly')));
  }
} finally {
  await host.stop();
}
if (process.argv.includes('--json')) console.log(JSON.stringify(tables));
else for (const rows of Object.values(tables)) console.table(rows);

/** Without the first one, in which code is compiled. */
async function runs(spec: CollectorSpec, impact: Impact): Promise<readonly Run[]> {
  const all: Run[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) all.push(await run(spec, impact));
  return all.slice(1);
}

async function run(spec: CollectorSpec, impact: Impact): Promise<Run> {
  const devlink = { socket: host.devlinkSocket };
  const job = { device, impact, collectors: [{ spec, done: [] }], maxBytes: MOST_BYTES, devlink };
  const items: Item[] = [];
  let started = 0n;
  let ended = 0n;
  for await (const event of runLane(job, { signal: new AbortController().signal })) {
    if (event.type === 'items') items.push(...event.items);
    if (event.type === 'collectorStarted') started = event.monotonicNs;
    if (event.type !== 'collectorEnded') continue;
    ended = event.monotonicNs;
    if (event.end.state !== 'Done') throw new Error(`${spec.name}: ${event.end.reason}: ${event.end.message}`);
  }
  const frames = commandsOf(items);
  const bytes = items
    .flatMap((item) => item.frames)
    .reduce((sum, { inbox, outbox }) => sum + inbox.length + outbox.length, 0);
  const inCommands = frames.reduce((sum, { elapsedNs }) => sum + Number(elapsedNs), 0);
  const ns = Number(ended - started);
  return { items, commands: frames.length, bytes, ns, clientNs: ns - inCommands };
}

/** A command whose answer two windows of a dump share is in the items of both. */
function commandsOf(items: readonly Item[]): readonly Frame[] {
  const frames = items.flatMap((item) => item.frames);
  return [...new Map(frames.map((frame) => [frame.startedNs, frame])).values()];
}

function costRow(what: string, all: readonly Run[]): Record<string, string | number> {
  const { items, commands, bytes } = all[0]!;
  const times = all.map(({ ns }) => ns);
  return {
    what,
    items: items.length,
    commands,
    bytes,
    'median ms': milli(median(times)),
    'min–max ms': `${milli(Math.min(...times))}–${milli(Math.max(...times))}`,
    'client share %': Math.round(100 * median(all.map(({ ns, clientNs }) => clientNs / ns))),
  };
}

/** All registers and capabilities of a card, twice. */
async function measureDecoding(): Promise<Record<string, string | number>[]> {
  const dump = async (): Promise<readonly Item[]> => [
    ...(await run(everyRegister, 'ReadOnly')).items,
    ...(await run(capabilities, 'ReadOnly')).items,
  ];
  const [first, second] = [await dump(), await dump()];
  const fields = first.reduce((sum, item) => sum + countOf(decodeItem(item).fields), 0);
  const pddr = first.filter(({ name }) => name === 'PDDR');
  const json = (items: readonly Item[]) => () =>
    items.reduce((sum, item) => sum + JSON.stringify(decodeItem(item)).length, 0);
  const before = new Map(first.map((item) => [item.key, decodeItem(item)]));
  const after = second.map((item): readonly [DecodedItem | undefined, DecodedItem] => [
    before.get(item.key),
    decodeItem(item),
  ]);
  const diff = (): number =>
    after.reduce((sum, [from, to]) => sum + (from === undefined ? 0 : diffItems(from, to, 1).length), 0);
  const all = times(json(first), 4);
  const pages = times(json(pddr), 100);
  return [
    {
      what: `decode with JSON, ${first.length} items, ${fields} fields`,
      ms: milli(all),
      'a second': perSecond(fields, all),
      target: target(fields, all, 4_000_000),
    },
    {
      what: 'PDDR pages with JSON',
      ms: milli(pages),
      'a second': perSecond(pddr.length, pages),
      target: target(pddr.length, pages, 20_000),
    },
    { what: `diff of two full dumps, ${diff()} changes`, ms: milli(times(diff)), 'a second': '', target: '' },
  ];
}

/** Median nanoseconds of processor time of some rounds, after as many that are not counted: it has none of the time in which
 * the processor was others'. */
function times(act: () => unknown, repeat = 1): number {
  const all: number[] = [];
  for (let round = -DECODE_ROUNDS; round < DECODE_ROUNDS; round += 1) {
    const before = processorNs();
    for (let again = 0; again < repeat; again += 1) act();
    if (round >= 0) all.push((processorNs() - before) / repeat);
  }
  return median(all);
}

function processorNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** Numbers and texts in a decoded structure. */
function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + countOf(each), 0);
}

function target(count: number, ns: number, wanted: number): string {
  return `≥ ${wanted} ${(count / ns) * 1e9 >= wanted ? 'met' : 'MISSED'}`;
}

function perSecond(count: number, ns: number): number {
  return Math.round((count / ns) * 1e9);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function milli(ns: number): number {
  return Math.round(ns / 1e4) / 100;
}
