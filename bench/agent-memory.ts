/** What an agent needs of memory, bundled as images run it, with the environment that the chart gives it: idle, and the
 * highest in captures of several sizes, of two emulated ConnectX-7. Real control plane. Run inside `tools/src/inside.ts`:
 * `node bench/agent-memory.ts`. Prints a table and, with `--json`, one line of JSON. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ApiObject, type Program, type Stack, startStack } from '@nicdiag/tools';
import { bundleProgram } from '@nicdiag/tools/bundle';

const HOST = 'gpu-a';
const PATH = '/apis/nicdiag.dev/v1alpha1/namespaces/default/diagnosticcaptures';
/** Until the threads of the first look at the devices are ended. */
const IDLE_AFTER_MS = 30_000;
const SAMPLE_MS = 5;
const MIB = 1024;
const CORE_DUMP_MIB = 256;
const IDLE = { rssAnon: 40 * MIB, vmRss: 88 * MIB };
const CAPTURE = { rssAnon: 96 * MIB, vmRss: 144 * MIB };

interface Kind {
  readonly what: string;
  readonly rounds: number;
  readonly spec: Readonly<Record<string, unknown>>;
}

const registers = (name: string, set: 'Standard' | 'All') => ({ name, type: 'RegisterDump', registerDump: { set } });
const capabilities = (mode: string) => ({ name: 'caps', type: 'CapabilityDump', capabilityDump: { mode } });

const KINDS: readonly Kind[] = [
  {
    what: 'Standard registers, capabilities',
    rounds: 10,
    spec: { collectors: [registers('regs', 'Standard'), capabilities('Current')] },
  },
  {
    what: 'every collector that only reads',
    rounds: 5,
    spec: {
      collectors: [
        { name: 'host', type: 'HostState' },
        { name: 'health', type: 'Health' },
        { name: 'fw', type: 'FirmwareInfo' },
        { name: 'link', type: 'LinkDiagnostics', linkDiagnostics: {} },
        registers('all', 'All'),
        registers('regs', 'Standard'),
        capabilities('Both'),
        { name: 'conf', type: 'NvConfig', nvConfig: {} },
        { name: 'objs', type: 'ObjectDump', objectDump: { objects: [{ type: 'QP', ids: '0x1000-0x10ff' }] } },
        {
          name: 'res',
          type: 'ResourceDump',
          resourceDump: { segments: [{ name: 'FULL_QPC', index: '0x1048-0x1087' }, { name: 'QUERY_FT_ALL' }] },
        },
      ],
    },
  },
  {
    what: `core dumps, ${CORE_DUMP_MIB} MiB a device`,
    rounds: 2,
    spec: {
      collectors: [{ name: 'core', type: 'CoreDump' }],
      impact: 'Intrusive',
      limits: { maxBytesPerDevice: `${CORE_DUMP_MIB + 64}Mi`, maxBytesTotal: `${2 * CORE_DUMP_MIB + 128}Mi` },
    },
  },
];

/** KiB. */
interface Memory {
  readonly rssAnon: number;
  readonly vmRss: number;
}

const directory = mkdtempSync(join(tmpdir(), 'nicdiag-bench-'));
const rows: Record<string, string | number>[] = [];
try {
  const agent = await bundleProgram(fileURLToPath(new URL('../node-agent/src/main.ts', import.meta.url)), directory);
  await using stack = await startStack({ hosts: [HOST], programs: { 'nicdiag-agent': agent } });
  await stack.emulator(HOST).control({ coreDump: CORE_DUMP_MIB * 1024 * 1024 });
  await setTimeout(IDLE_AFTER_MS);
  rows.push(row('idle', memoryOf(stack.agent(HOST)), IDLE));
  for (const kind of KINDS) {
    const peaks: Memory[] = [];
    for (let round = 0; round < kind.rounds; round += 1)
      peaks.push(await peakOf(stack, kind, `k${KINDS.indexOf(kind)}-${round}`));
    rows.push(row(kind.what, highest(peaks), CAPTURE));
  }
  await setTimeout(IDLE_AFTER_MS);
  rows.push(row('idle again', memoryOf(stack.agent(HOST)), IDLE));
} finally {
  rmSync(directory, { recursive: true });
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ rows }));
else console.table(rows);

/** Runs a capture to its end and a little beyond, and looks at the agent all the while. */
async function peakOf(stack: Stack, { spec }: Kind, name: string): Promise<Memory> {
  const agent = stack.agent(HOST);
  // The kernel's own highest VmRSS from here on; it has none for RssAnon.
  writeFileSync(`/proc/${agent.pid}/clear_refs`, '5');
  const ended = new AbortController();
  const watch = (async () => {
    let rssAnon = 0;
    while (!ended.signal.aborted) {
      rssAnon = Math.max(rssAnon, memoryOf(agent).rssAnon);
      await setTimeout(SAMPLE_MS);
    }
    return rssAnon;
  })();
  await capture(stack, name, { target: { nodeNames: [HOST] }, ...spec });
  await setTimeout(500);
  ended.abort();
  return { rssAnon: await watch, vmRss: statusField(agent, 'VmHWM') };
}

async function capture({ cluster }: Stack, name: string, spec: Readonly<Record<string, unknown>>): Promise<void> {
  const body = { apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture', metadata: { name }, spec };
  await cluster.admin.object('POST', PATH, { body });
  for (let tries = 0; tries < 3_000; tries += 1) {
    const object: ApiObject = await cluster.admin.object('GET', `${PATH}/${name}`);
    const { conditions = [] } = (object['status'] ?? {}) as { conditions?: Record<string, string>[] };
    const condition = (type: string) => conditions.find((one) => one['type'] === type);
    if (condition('Finished')?.['status'] === 'True') {
      const succeeded = condition('Succeeded');
      if (succeeded?.['status'] !== 'True')
        throw new Error(`${name}: ${succeeded?.['reason']}: ${succeeded?.['message']}`);
      return;
    }
    await setTimeout(100);
  }
  throw new Error(`${name} did not finish`);
}

function memoryOf(agent: Program): Memory {
  return { rssAnon: statusField(agent, 'RssAnon'), vmRss: statusField(agent, 'VmRSS') };
}

/** KiB, from the kernel's account of the process. */
function statusField({ pid, tail }: Program, name: string): number {
  if (pid === undefined) throw new Error(`the agent has ended:\n${tail(20)}`);
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

function highest(peaks: readonly Memory[]): Memory {
  return {
    rssAnon: Math.max(...peaks.map(({ rssAnon }) => rssAnon)),
    vmRss: Math.max(...peaks.map(({ vmRss }) => vmRss)),
  };
}

function row(what: string, { rssAnon, vmRss }: Memory, most: Memory): Record<string, string | number> {
  const met = rssAnon <= most.rssAnon && vmRss <= most.vmRss;
  return {
    what,
    'RssAnon MiB': mib(rssAnon),
    'VmRSS MiB': mib(vmRss),
    target: `≤ ${mib(most.rssAnon)}, ≤ ${mib(most.vmRss)} ${met ? 'met' : 'MISSED'}`,
  };
}

function mib(kib: number): number {
  return Math.round((kib / MIB) * 10) / 10;
}
