import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AGENT_MEMORY, formatMemory, isWithin, memoryOf, watchMemory } from '@nicdiag/tools';
import { bundleProgram } from '@nicdiag/tools/bundle';
import anyTest, { type TestFn } from 'ava';
import { type SpecDraft, startWhole, type WholeBench } from './whole/wholeBench.ts';

/** Whatever its size, a capture passes through an agent within its memory: bundled as images run it, with the environment
 * that the chart gives it. The sizes are slices of those that `make test-memory` asks for. */
const test = anyTest as TestFn<{ readonly bench: WholeBench; readonly directory: string }>;
const HOST = 'gpu-a';
const CX7 = '0000:03:00.0';
const MIB = 1024 * 1024;
const WHOLE = process.env['NICDIAG_WHOLE_DUMPS'] === '1';
/** MiB. */
const SIZES = WHOLE ? { memory: 1024, inline: 64, core: 512 } : { memory: 128, inline: 4, core: 64 };
/** Bytes of one steering entry in a dump. */
const ENTRY = 64;
const MOST_MANIFEST = MIB;
/** A machine that does much else at the same time takes its time for a GiB. */
const PATIENCE_MS = WHOLE ? 1_500_000 : 300_000;
const agentEntry = fileURLToPath(new URL('../../node-agent/src/main.ts', import.meta.url));

test.before(async (t) => {
  t.timeout(600_000);
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-memory-'));
  const agent = await bundleProgram(agentEntry, directory);
  t.context = { directory, bench: await startWhole({ hosts: [HOST], programs: { 'nicdiag-agent': agent } }) };
});
test.after.always(async (t) => {
  await t.context.bench?.[Symbol.asyncDispose]();
  if (t.context.directory !== undefined) rmSync(t.context.directory, { recursive: true });
});

function agentPid({ stack }: WholeBench): number {
  const { pid, tail } = stack.agent(HOST);
  if (pid === undefined) throw new Error(`the agent has ended:\n${tail(20)}`);
  return pid;
}

const steering = (mode: 'Inline' | 'Memory', mib: number) => ({
  mode,
  ...{ segments: [{ name: 'STE_ALL' }], followReferences: 0, maxBytesPerDump: `${2 * mib}Mi` },
});

interface Dump {
  readonly title: string;
  readonly control: Readonly<Record<string, unknown>>;
  readonly spec: SpecDraft;
  /** MiB of all devices, at least. */
  readonly brings: number;
}

const target = { nodeNames: [HOST], devices: { pciAddresses: [CX7] } };
const limits = { maxBytesPerDevice: '3Gi', maxBytesTotal: '8Gi' };

const DUMPS: Readonly<Record<string, Dump>> = {
  memory: {
    title: `a resource dump of ${SIZES.memory} MiB into registered memory`,
    control: { populate: { steeringEntries: (SIZES.memory * MIB) / ENTRY } },
    spec: {
      target,
      limits,
      collectors: [{ name: 'res', type: 'ResourceDump', resourceDump: steering('Memory', SIZES.memory) }],
    },
    brings: SIZES.memory,
  },
  inline: {
    title: `a resource dump of ${SIZES.inline} MiB inline`,
    control: { populate: { steeringEntries: (SIZES.inline * MIB) / ENTRY } },
    spec: {
      target,
      limits,
      collectors: [{ name: 'res', type: 'ResourceDump', resourceDump: steering('Inline', SIZES.inline) }],
    },
    brings: SIZES.inline,
  },
  core: {
    title: `core dumps of ${SIZES.core} MiB of two devices at once`,
    control: { coreDump: SIZES.core * MIB },
    spec: {
      target: { nodeNames: [HOST] },
      limits,
      collectors: [{ name: 'core', type: 'CoreDump' }],
      impact: 'Intrusive',
    },
    brings: 2 * SIZES.core,
  },
};

test.serial('an agent that is asked for nothing has little memory', async (t) => {
  t.timeout(600_000);
  await untilIdle(t.context.bench);
  t.log(formatMemory(memoryOf(agentPid(t.context.bench))));
  t.pass();
});

for (const [name, { title, control, spec, brings }] of Object.entries(DUMPS)) {
  test.serial(`${title}: an agent stays within its memory, and a manifest below 1 MiB`, async (t) => {
    t.timeout(PATIENCE_MS + 60_000);
    const { bench } = t.context;
    await bench.stack.emulator(HOST).control(control);
    const highest = watchMemory(agentPid(bench));
    await bench.capture(name, { deadline: '30m', nodeDeadline: '25m', ...spec });
    const { status } = await bench.finished(name, PATIENCE_MS);
    const seen = await highest();
    t.log(`${title}: ${formatMemory(seen)}`);
    t.true(
      isWithin(seen, AGENT_MEMORY.capture),
      `${formatMemory(seen)}, at most ${formatMemory(AGENT_MEMORY.capture)}`,
    );
    t.deepEqual(status?.failures ?? [], []);
    t.is(status?.counts?.succeeded, 1);
    t.true((status?.totalBytes ?? 0) > brings * MIB);
    const parts = await bench.parts(name);
    const manifests = parts[HOST]?.status?.devices?.map(({ manifest }) => manifest?.sizeBytes ?? Number.NaN) ?? [];
    t.is(manifests.length, spec.target?.devices === undefined ? 2 : 1);
    for (const bytes of manifests) t.true(bytes > 0 && bytes <= MOST_MANIFEST, `${bytes}`);
  });
}

test.serial('when all is done, it has given the memory back', async (t) => {
  t.timeout(600_000);
  await untilIdle(t.context.bench);
  t.log(formatMemory(memoryOf(agentPid(t.context.bench))));
  t.pass();
});

/** Threads are ended and memory is given back some time after the last work. */
async function untilIdle(bench: WholeBench): Promise<void> {
  const most = AGENT_MEMORY.idle;
  const now = () => memoryOf(agentPid(bench));
  try {
    await bench.awaited(() => isWithin(now(), most), `the agent has at most ${formatMemory(most)}`);
  } catch (cause) {
    throw new Error(`the agent has ${formatMemory(now())}`, { cause });
  }
}
