/** Memory and CPU of nicdiag's Pods on a cluster with real nodes, idle and during captures: `node bench/pods.ts`, as root. The
 * chart's requests and limits come from it. */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { buildNicdiagImages, podUsage, REGISTRY, type RealCluster, runHelm, startRealCluster } from '@nicdiag/tools';

const MIB = 2 ** 20;
const IDLE_S = 60;
const SAMPLE_MS = 100;
const CHART = new URL('../charts/nicdiag', import.meta.url).pathname;
const EXAMPLES = ['register-dump', 'support-bundle', 'core-dump'];

interface Pod {
  readonly name: string;
  readonly node: string;
  readonly uid: string;
}

/** Largest and last values of a stretch of time. */
interface Stretch {
  anon: number;
  workingSet: number;
  cpuAtStart: number;
  cpuAtEnd: number;
}

const images = await buildNicdiagImages();
await using cluster = await startRealCluster({ images });
await runHelm(cluster, ['install', 'nicdiag', CHART, `--set=image.registry=${REGISTRY}`, '--wait', '--timeout=5m']);
const pods = await podsOf(cluster);
await setTimeout(10_000);
print(`idle, ${IDLE_S} s`, await watch(() => setTimeout(IDLE_S * 1000)), IDLE_S);
for (const name of EXAMPLES) {
  const began = Date.now();
  const stretches = await watch(() => capture(name));
  print(name, stretches, (Date.now() - began) / 1000);
}

async function capture(name: string): Promise<void> {
  const stdin = readFileSync(new URL(`../examples/${name}.yaml`, import.meta.url), 'utf8');
  await cluster.kubectl(['apply', '-f', '-'], { stdin });
  await cluster.kubectl(['wait', `dcap/${name}`, '--for=condition=Sealed', '--timeout=300s']);
}

/** Samples all Pods while something is done. */
async function watch(work: () => Promise<unknown>): Promise<ReadonlyMap<string, Stretch>> {
  const stretches = new Map<string, Stretch>();
  let done = false;
  const working = work().finally(() => {
    done = true;
  });
  do {
    for (const { name, node, uid } of pods) {
      const usage = podUsage(cluster.node(node).cgroup, uid);
      if (usage === undefined) throw new Error(`${name} is gone`);
      const stretch = stretches.get(name) ?? { anon: 0, workingSet: 0, cpuAtStart: usage.cpuSeconds, cpuAtEnd: 0 };
      stretch.anon = Math.max(stretch.anon, usage.anonBytes);
      stretch.workingSet = Math.max(stretch.workingSet, usage.workingSetBytes);
      stretch.cpuAtEnd = usage.cpuSeconds;
      stretches.set(name, stretch);
    }
    await setTimeout(SAMPLE_MS);
  } while (!done);
  await working;
  return stretches;
}

function print(title: string, stretches: ReadonlyMap<string, Stretch>, seconds: number): void {
  console.log(`\n${title} (${seconds.toFixed(1)} s)\n  peak anon MiB, peak working set MiB, CPU s, mean CPU m`);
  for (const [name, { anon, workingSet, cpuAtStart, cpuAtEnd }] of stretches) {
    const cpu = cpuAtEnd - cpuAtStart;
    const row = [anon / MIB, workingSet / MIB, cpu, (1000 * cpu) / seconds].map((value) =>
      value.toFixed(1).padStart(7),
    );
    console.log(`  ${row.join(' ')}  ${name}`);
  }
}

async function podsOf({ kubectl }: RealCluster): Promise<Pod[]> {
  const path = 'jsonpath={range .items[*]}{.metadata.name} {.spec.nodeName} {.metadata.uid}{"\\n"}{end}';
  const text = await kubectl(['get', 'pods', '-A', '-l', 'app.kubernetes.io/part-of=nicdiag', '-o', path]);
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name = '', node = '', uid = '']) => ({ name, node, uid }));
}
