import { fileURLToPath } from 'node:url';
import { findCondition } from '@nicdiag/kube';
import { type Cluster, parseManifests, runHelm } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { succeeded } from './operator/fakeAgent.ts';
import { type OperatorBench, startOperatorBench } from './operator/operatorBench.ts';
import { allObjects } from './stack/appliedObjects.ts';
import { awaited } from './whole/awaited.ts';

/* A release as helm keeps it: installed in its previous version, upgraded and rolled back while a capture is at work,
 * uninstalled. Operators run beside it as processes, agents are played. */
interface Context {
  readonly bench: OperatorBench;
  /** What was in the cluster before. */
  readonly before: readonly string[];
}
const test = anyTest as TestFn<Context>;
const CHART = fileURLToPath(new URL('../../charts/nicdiag', import.meta.url));
const PREVIOUS = fileURLToPath(new URL('chart/released/nicdiag-0.1.0.tgz', import.meta.url));
const NOW = JSON.stringify({ image: { registry: 'registry.invalid' } });

/** The values of that version. */
function previousValues({ authority }: Cluster): string {
  const tls = { secretName: 'tls-of-mine', caBundle: authority.certificate };
  return JSON.stringify({ image: { repository: 'registry.invalid/nicdiag' }, artifacts: { tls } });
}

let before: readonly string[] = [];

test.before(async (t) => {
  t.timeout(600_000);
  const bench = await startOperatorBench('chart-lifecycle', async (cluster) => {
    before = await allObjects(cluster.admin);
    await runHelm(cluster, ['install', 'nicdiag', PREVIOUS], [previousValues(cluster)]);
  });
  t.context = { bench, before };
});

test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());

const version = async ({ cluster }: OperatorBench): Promise<string | undefined> => {
  const list: unknown = JSON.parse(await runHelm(cluster, ['list', '--output=json']));
  const [release] = list as ReadonlyArray<{ readonly chart: string; readonly status: string }>;
  return `${release?.chart} ${release?.status}`;
};

test.serial('an upgrade and a rollback while a capture is at work: it ends as if nothing had been', async (t) => {
  const { bench } = t.context;
  const operator = await bench.startOperator();
  const agent = await bench.addNode('gpu-a', { behaviour: 'hang' });
  await bench.capture('in-flight', {
    target: { nodeNames: ['gpu-a'], devices: { functions: ['PF'], linkState: 'Any' } },
  });
  await bench.until('in-flight', (capture) => capture.status?.counts?.running === 1);

  await runHelm(bench.cluster, ['upgrade', 'nicdiag', CHART], [NOW]);
  t.regex((await version(bench)) ?? '', /^nicdiag-0\.[2-9]\d*\.\d+ deployed$/);
  t.is((await bench.until('in-flight', () => true)).status?.counts?.running, 1);

  await runHelm(bench.cluster, ['rollback', 'nicdiag', '1']);
  t.is(await version(bench), 'nicdiag-0.1.0 deployed');
  await runHelm(bench.cluster, ['upgrade', 'nicdiag', CHART], [NOW]);

  await agent.release(succeeded);
  const { status } = await bench.finished('in-flight');
  t.is(findCondition(status?.conditions, 'Succeeded')?.status, 'True');
  await operator.stop();
});

test.serial('what is in the cluster then is what the chart prints', async (t) => {
  const { cluster } = t.context.bench;
  const printed = parseManifests(await runHelm(cluster, ['get', 'manifest', 'nicdiag']));
  const there = new Set(await allObjects(cluster.admin));
  for (const { kind, metadata } of printed) {
    const names = [`${kind} ${metadata.namespace ?? ''}/${metadata.name}`];
    t.true(
      names.some((name) => there.has(name)),
      names[0],
    );
  }
});

test.serial(
  'uninstalled, it leaves the kinds, the captures and the volume with their evidence, and nothing else',
  async (t) => {
    const { bench } = t.context;
    const { admin } = bench.cluster;
    const left = async (): Promise<string[]> =>
      (await allObjects(admin)).filter((name) => !t.context.before.includes(name) && !OTHERS.test(name));
    // What a kubelet does when the agents' Pods are deleted.
    await bench.cluster.kubectl(['delete', 'pods', '--all', '-n', 'nicdiag-agent', '--force', '--grace-period=0']);
    await runHelm(bench.cluster, ['uninstall', 'nicdiag']);
    await awaited(
      async () => !(await allObjects(admin)).includes('Namespace /nicdiag-agent'),
      'the end of the agents’ namespace',
    );
    t.deepEqual(
      (await left()).map((name) => name.replace(/(NodeCapture .*-)[0-9a-f]{16}$/, '$1')),
      LEFT,
    );
    t.is((await bench.finished('in-flight')).metadata.name, 'in-flight');
  },
);

test.serial('installed again, it takes over what it left', async (t) => {
  const { bench } = t.context;
  await runHelm(bench.cluster, ['install', 'nicdiag', CHART], [NOW]);
  t.regex((await version(bench)) ?? '', /deployed$/);
  t.is((await bench.finished('in-flight')).metadata.name, 'in-flight');
});

/** Of the test's node, of the API server and of controllers: not of the release. */
const OTHERS =
  /^(Event|Node|CSINode|APIService|EndpointSlice|Endpoints) |^Service default\/kubernetes$|kube-root-ca\.crt|ServiceAccount .*\/default$/;

/** Kinds, captures with their nodes, and the namespace that holds the evidence with the operator's Lease. */
const LEFT = [
  'CustomResourceDefinition /artifacttickets.nicdiag.dev',
  'CustomResourceDefinition /diagnosticcaptures.nicdiag.dev',
  'CustomResourceDefinition /nicdevices.nicdiag.dev',
  'CustomResourceDefinition /nicnodes.nicdiag.dev',
  'CustomResourceDefinition /nodecaptures.nicdiag.dev',
  'DiagnosticCapture default/in-flight',
  'Lease nicdiag-system/nicdiag-operator',
  'Namespace /nicdiag-system',
  'NicNode /gpu-a',
  'NodeCapture default/in-flight-',
  'PersistentVolumeClaim nicdiag-system/nicdiag-artifacts',
];
