import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DiagnosticCapture, NodeCapture } from '@nicdiag/api';
import {
  installLaunchers,
  type NodeSpec,
  nicdiagImages,
  REGISTRY,
  type RealCluster,
  runHelm,
  startRealCluster,
} from '@nicdiag/tools';
import type { ExecutionContext } from 'ava';
import { type MemoryWatch, memoryTable, watchMemory } from './memoryWatch.ts';

export const CHART = fileURLToPath(new URL('../../../charts/nicdiag', import.meta.url));
export const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));

export const SYSTEM = 'nicdiag-system';
export const AGENTS = 'nicdiag-agent';
/** A Pod that has itself killed by its limit, to see that this is seen. */
export const GREEDY = 'greedy';
const PATIENCE_MS = 180_000;
const POLL_MS = 200;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A cluster on which somebody installed nicdiag, and what people do there. */
export interface Installed extends AsyncDisposable {
  readonly cluster: RealCluster;
  /** Since nicdiag was installed. */
  readonly memory: MemoryWatch;
  helm(...args: readonly string[]): Promise<string>;
  /** kubectl as administrator; fails with what it says.
   * @returns stdout without white space at its ends */
  kubectl(...args: readonly string[]): Promise<string>;
  /** `kubectl nicdiag …`, by kubectl, as somebody. Never fails. */
  nicdiag(args: readonly string[], kubeconfig?: string): Promise<Ran>;
  /** What a reader types into a shell that finds helm, kubectl and the plugin. Stops at the first command that fails.
   * @returns what it printed, with the errors
   * @throws Error with all of that */
  shell(commands: string): Promise<string>;
  /** Creates a capture in namespace default: registers of the Standard set.
   * @param target the nodes gpu-a and gpu-b by default */
  capture(name: string, target?: Readonly<Record<string, unknown>>): Promise<void>;
  /** The capture when it has finished and is sealed. */
  sealed(name: string): Promise<DiagnosticCapture>;
  /** `status reason` of the condition Succeeded of a sealed capture. */
  outcome(name: string): Promise<string>;
  /** Its parts, `node reason`, sorted. */
  parts(name: string): Promise<string[]>;
  /** Downloads the bundle with the plugin, which verifies it.
   * @throws Error with what the plugin says */
  download(name: string): Promise<void>;
  /** Waits until all agents are up to date and Ready. */
  agentsReady(): Promise<void>;
  /** What one wants to see of a failed test. */
  describe(): Promise<string>;
}

/** Starts a cluster and installs the chart from this checkout, with its defaults. */
export async function startInstalled(nodes: readonly NodeSpec[], say: (line: string) => void): Promise<Installed> {
  const cluster = await startRealCluster({ nodes, images: nicdiagImages(), say });
  const installed = createInstalled(cluster);
  try {
    await installed.helm('install', 'nicdiag', CHART, `--set=image.registry=${REGISTRY}`, '--wait', '--timeout=5m');
    return installed;
  } catch (error) {
    say(await installed.describe());
    await installed[Symbol.asyncDispose]();
    throw error;
  }
}

function createInstalled(cluster: RealCluster): Installed {
  const bin = installLaunchers(cluster);
  const memory = watchMemory(cluster);
  const kubectl: Installed['kubectl'] = async (...args) => (await cluster.kubectl(args)).trim();
  const path = (name: string): string => `/apis/nicdiag.dev/v1alpha1/namespaces/default/diagnosticcaptures/${name}`;
  const sealed: Installed['sealed'] = async (name) => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const capture = (await cluster.admin.request('GET', path(name))) as DiagnosticCapture;
      if (holds(capture, 'Finished') && holds(capture, 'Sealed')) return capture;
      if (Date.now() > deadline) throw new Error(`capture ${name} is not sealed: ${JSON.stringify(capture.status)}`);
      await setTimeout(POLL_MS);
    }
  };
  const run = (program: string, args: readonly string[], kubeconfig = cluster.kubeconfig): Promise<Ran> =>
    new Promise((resolve) => {
      // helm would read and write below the home directory.
      const own = { KUBECONFIG: kubeconfig, HOME: cluster.nursery.directory };
      const env = { ...process.env, ...own, PATH: `${bin}${delimiter}${process.env['PATH']}` };
      execFile(program, args, { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
    });
  const nicdiag: Installed['nicdiag'] = (args, kubeconfig) => run('kubectl', ['nicdiag', ...args], kubeconfig);
  return {
    cluster,
    memory,
    kubectl,
    helm: (...args) => runHelm(cluster, args),
    nicdiag,
    async shell(commands) {
      const { code, stdout, stderr } = await run('bash', ['--norc', '-euxc', commands]);
      if (code !== 0) throw new Error(`ended with ${code}: ${stdout}${stderr}`);
      return stdout + stderr;
    },
    async capture(name, target = { nodeNames: ['gpu-a', 'gpu-b'] }) {
      const collectors = [{ name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } }];
      await cluster.admin.request('POST', path('').slice(0, -1), {
        body: {
          apiVersion: 'nicdiag.dev/v1alpha1',
          kind: 'DiagnosticCapture',
          metadata: { name },
          spec: { target, collectors, deadline: '5m' },
        },
      });
    },
    sealed,
    async outcome(name) {
      const { status } = await sealed(name);
      const condition = status?.conditions?.find(({ type }) => type === 'Succeeded');
      return `${condition?.status} ${condition?.reason}`;
    },
    async parts(name) {
      const list = (await cluster.admin.request(
        'GET',
        `/apis/nicdiag.dev/v1alpha1/namespaces/default/nodecaptures?labelSelector=nicdiag.dev/capture=${name}`,
      )) as { readonly items: readonly NodeCapture[] };
      return list.items.map(({ spec, status }) => `${spec.nodeName} ${status?.reason}`).sort();
    },
    async download(name) {
      const { code, stderr } = await nicdiag(['download', name, '-o', cluster.nursery.directory]);
      if (code !== 0) throw new Error(`kubectl nicdiag download ${name} ended with ${code}: ${stderr}`);
    },
    async agentsReady() {
      await kubectl('-n', AGENTS, 'rollout', 'status', 'daemonset/nicdiag-agent', '--timeout=180s');
    },
    async describe() {
      const asked = [
        ['get', 'nodes,pods,pvc,endpointslices', '-A', '-o', 'wide'],
        ['get', 'dcap,ncap,nicnodes,nicdevices', '-A'],
        ['get', 'events', '-A', '--field-selector=reason!=Scheduled', '--sort-by=.lastTimestamp'],
        ...[`deploy/nicdiag-operator`, `deploy/nicdiag-artifacts`].map((what) => [
          '-n',
          SYSTEM,
          'logs',
          what,
          '--tail=15',
        ]),
        ['-n', AGENTS, 'logs', '--selector=app.kubernetes.io/name=nicdiag-agent', '--tail=15', '--prefix'],
      ];
      const answers = await Promise.all(asked.map((args) => cluster.tryKubectl(args)));
      return [
        ...answers.map(({ stdout, stderr }, index) => `$ kubectl ${asked[index]?.join(' ')}\n${stdout}${stderr}`),
        ...[...cluster.nodes.values()].map((node) => node.tails(12)),
      ].join('\n');
    },
    async [Symbol.asyncDispose]() {
      await memory[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** Of its limit, no Pod comes nearer than this: the next feature shall not be the one that is killed. */
const MARGIN = 0.25;

/** Every Pod of nicdiag kept a distance from its limit, none was killed for it; says what each had at most. */
export function assertMemory(t: ExecutionContext<{ readonly installed: Installed }>): void {
  const { pods } = t.context.installed.memory;
  t.log(memoryTable(pods));
  for (const role of ['nicdiag-agent-', 'nicdiag-operator-', 'nicdiag-artifacts-'])
    t.true(
      pods.some(({ pod, peakMib }) => pod.startsWith(role) && peakMib > 0),
      `${role}… was watched`,
    );
  for (const { pod, peakMib, limitMib, oomKills } of pods.filter((each) => each.pod !== GREEDY)) {
    t.true(peakMib < limitMib * (1 - MARGIN), `${pod} had ${peakMib} of ${limitMib} MiB`);
    t.is(oomKills, 0, `${pod} was killed by its limit`);
  }
}

export function holds(capture: DiagnosticCapture, type: string): boolean {
  return (
    capture.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false
  );
}

/** Resolves when a question is answered with yes.
 * @throws Error after three minutes, with what was waited for */
export async function until(what: string, is: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await is())) {
    if (Date.now() > deadline) throw new Error(`not in ${PATIENCE_MS / 1000} s: ${what}`);
    await setTimeout(POLL_MS);
  }
}
