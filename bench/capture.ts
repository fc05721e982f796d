/** A capture from the outside: how soon the first command reaches firmware after `apply`, how long three hosts take,
 * what an agent needs of memory. Real control plane, three emulated hosts, everything on this machine's processors.
 * Run inside `tools/src/inside.ts`: `node bench/capture.ts`. Prints tables and, with `--json`, one line of JSON. */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type ApiObject, type Stack, startStack } from '@nicdiag/tools';

const ROUNDS = 15;
const PATH = '/apis/nicdiag.dev/v1alpha1/namespaces/default';
const SAMPLE_MS = 10;
const SETTLE_MS = 10_000;
const MIB = 1024;

interface CaptureTimes {
  /** From the request's start to the first command of the first, and of the last node. */
  readonly first: number;
  readonly last: number;
  /** Until the capture was Finished. */
  readonly whole: number;
}

interface Memory {
  readonly rssAnon: number;
  readonly vmRss: number;
}

await using stack = await startStack();
const idle = await idleMemory(stack);
const times: CaptureTimes[] = [];
const peaks: Memory[] = [];
// The first round warms API server and programs and is not counted.
for (let round = -1; round < ROUNDS; round += 1) {
  const sampling = new AbortController();
  const peak = peakMemory(stack.agent('gpu-a').pid, sampling.signal);
  const measured = await capture(stack, `bench-${round + 1}`);
  sampling.abort();
  peaks.push(await peak);
  if (round >= 0) times.push(measured);
}
const rows = [
  row('apply → first firmware command, first node', ms(times.map((time) => time.first)), 300),
  row('apply → first firmware command, last node', ms(times.map((time) => time.last))),
  row('Standard registers and capabilities of three hosts, apply → Finished', ms(times.map((time) => time.whole))),
];
const memory = [
  { what: 'agent, idle', 'RssAnon MiB': mib(idle.rssAnon), 'VmRSS MiB': mib(idle.vmRss), target: '≤ 40, ≤ 88 MiB' },
  {
    what: 'agent, highest in captures',
    'RssAnon MiB': mib(Math.max(...peaks.map((peak) => peak.rssAnon))),
    'VmRSS MiB': mib(Math.max(...peaks.map((peak) => peak.vmRss))),
    target: '≤ 96, ≤ 144 MiB',
  },
];
if (process.argv.includes('--json')) console.log(JSON.stringify({ rows, memory }));
else {
  console.table(rows);
  console.table(memory);
}

async function capture({ cluster }: Stack, name: string): Promise<CaptureTimes> {
  const body = {
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'DiagnosticCapture',
    metadata: { name },
    spec: {
      target: { nodeSelector: { matchLabels: { pool: 'h200' } } },
      collectors: [
        { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } },
        { name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Current' } },
      ],
    },
  };
  const started = Date.now();
  const { uid } = (await cluster.admin.object('POST', `${PATH}/diagnosticcaptures`, { body })).metadata;
  const finished = await untilFinished(cluster, name);
  const children = await cluster.admin.request(
    'GET',
    `${PATH}/nodecaptures?labelSelector=nicdiag.dev%2Fcapture-uid%3D${uid}`,
  );
  const commands = (children as { items: { status?: { firstCommandAt?: string } }[] }).items
    .flatMap(({ status }) => (status?.firstCommandAt === undefined ? [] : [Date.parse(status.firstCommandAt)]))
    .sort((a, b) => a - b);
  if (commands.length === 0) throw new Error(`no node of ${name} recorded firstCommandAt`);
  return { first: commands[0]! - started, last: commands.at(-1)! - started, whole: finished - started };
}

/** @returns when it was seen to be finished */
async function untilFinished(cluster: Stack['cluster'], name: string): Promise<number> {
  for (let tries = 0; tries < 6_000; tries += 1) {
    const object: ApiObject = await cluster.admin.object('GET', `${PATH}/diagnosticcaptures/${name}`);
    const { conditions = [] } = (object['status'] ?? {}) as { conditions?: { type: string; status: string }[] };
    if (conditions.some(({ type, status }) => type === 'Finished' && status === 'True')) return Date.now();
    await setTimeout(SAMPLE_MS);
  }
  throw new Error(`${name} did not finish within a minute`);
}

async function idleMemory(running: Stack): Promise<Memory> {
  await setTimeout(SETTLE_MS);
  return memoryOf(running.agent('gpu-a').pid);
}

async function peakMemory(pid: number | undefined, signal: AbortSignal): Promise<Memory> {
  let peak = memoryOf(pid);
  while (!signal.aborted) {
    const now = memoryOf(pid);
    peak = { rssAnon: Math.max(peak.rssAnon, now.rssAnon), vmRss: Math.max(peak.vmRss, now.vmRss) };
    await setTimeout(SAMPLE_MS);
  }
  return peak;
}

/** KiB, from the kernel's account of the process. */
function memoryOf(pid: number | undefined): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { rssAnon: field('RssAnon'), vmRss: field('VmRSS') };
}

function row(what: string, { median, spread }: { median: number; spread: string }, target?: number) {
  const verdict = target === undefined ? '' : `p50 < ${target} ms ${median < target ? 'met' : 'MISSED'}`;
  return { what, 'median ms': median, 'min–max ms': spread, target: verdict };
}

function ms(values: readonly number[]): { median: number; spread: string } {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)]!, spread: `${sorted[0]}–${sorted.at(-1)}` };
}

function mib(kib: number): number {
  return Math.round(kib / MIB);
}
