/** What an agent needs of memory, bundled as images run it, with the environment that the chart gives it: idle, and the
 * highest in captures of several sizes, of two emulated ConnectX-7. Real control plane. Run inside `tools/src/inside.ts`:
 * `node bench/agent-memory.ts`. Prints a table and, with `--json`, one line of JSON. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  AGENT_MEMORY,
  type ApiObject,
  inMib,
  isWithin,
  memoryOf,
  type ProcessMemory,
  type Stack,
  startStack,
  watchMemory,
} from '@nicdiag/tools';
import { bundleProgram } from '@nicdiag/tools/bundle';

const HOST = 'gpu-a';
const PATH = '/apis/nicdiag.dev/v1alpha1/namespaces/default/diagnosticcaptures';
/** Until threads are ended, and memory is given back. */
const IDLE_AFTER_MS = 30_000;
const CORE_DUMP_MIB = 256;

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

const directory = mkdtempSync(join(tmpdir(), 'nicdiag-bench-'));
const rows: Record<string, string | number>[] = [];
try {
  const agent = await bundleProgram(fileURLToPath(new URL('../node-agent/src/main.ts', import.meta.url)), directory);
  await using stack = await startStack({ hosts: [HOST], programs: { 'nicdiag-agent': agent } });
  await stack.emulator(HOST).control({ coreDump: CORE_DUMP_MIB * 1024 * 1024 });
  await setTimeout(IDLE_AFTER_MS);
  rows.push(row('idle', memoryOf(agentPid(stack)), AGENT_MEMORY.idle));
  for (const kind of KINDS) {
    const peaks: ProcessMemory[] = [];
    for (let round = 0; round < kind.rounds; round += 1)
      peaks.push(await peakOf(stack, kind, `k${KINDS.indexOf(kind)}-${round}`));
    rows.push(row(kind.what, highest(peaks), AGENT_MEMORY.capture));
  }
  await setTimeout(IDLE_AFTER_MS);
  rows.push(row('idle again', memoryOf(agentPid(stack)), AGENT_MEMORY.idle));
} finally {
  rmSync(directory, { recursive: true });
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ rows }));
else console.table(rows);

/** Runs a capture to its end and a little beyond, and looks at the agent all the while. */
async function peakOf(stack: Stack, { spec }: Kind, name: string): Promise<ProcessMemory> {
  const highestOf = watchMemory(agentPid(stack));
  await capture(stack, name, { target: { nodeNames: [HOST] }, ...spec });
  await setTimeout(500);
  return await highestOf();
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

function agentPid(stack: Stack): number {
  const { pid, tail } = stack.agent(HOST);
  if (pid === undefined) throw new Error(`the agent has ended:\n${tail(20)}`);
  return pid;
}

function highest(peaks: readonly ProcessMemory[]): ProcessMemory {
  return {
    rssAnon: Math.max(...peaks.map(({ rssAnon }) => rssAnon)),
    vmRss: Math.max(...peaks.map(({ vmRss }) => vmRss)),
  };
}

function row(what: string, seen: ProcessMemory, most: ProcessMemory): Record<string, string | number> {
  return {
    what,
    'RssAnon MiB': inMib(seen.rssAnon),
    'VmRSS MiB': inMib(seen.vmRss),
    target: `≤ ${inMib(most.rssAnon)}, ≤ ${inMib(most.vmRss)} ${isWithin(seen, most) ? 'met' : 'MISSED'}`,
  };
}
