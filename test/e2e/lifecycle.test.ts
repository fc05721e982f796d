import anyTest, { type TestFn } from 'ava';
import { AGENTS, CHART, type Installed, SYSTEM, startInstalled, until } from './installed/installed.ts';

/* What helm does with a release that has evidence. */
const test = anyTest as TestFn<{ installed: Installed }>;
const READY = ['--wait', '--timeout=5m'];

test.before(async (t) => {
  const nodes = ['gpu-a', 'gpu-b'].map((name) => ({ name, profile: name }));
  t.context = { installed: await startInstalled(nodes, (line) => t.log(line)) };
});
test.after.always((t) => t.context.installed?.[Symbol.asyncDispose]());
test.afterEach.always(async (t) => {
  if (!t.passed) t.log(await t.context.installed.describe());
});

test.serial('the programs run as the chart says: read-only, without rights, within their limits', async (t) => {
  const { capture, kubectl, outcome } = t.context.installed;
  await capture('first');
  t.is(await outcome('first'), 'True AllSucceeded');
  const stats = await summaries(t.context.installed);
  t.log(stats.map(({ pod, mib }) => `${pod}: ${mib} MiB`).join(', '));
  t.is(stats.length, 5);
  const limits = await kubectl(
    ...['get', 'pods', '-A', '-l', 'app.kubernetes.io/part-of=nicdiag'],
    ...['-o', 'jsonpath={range .items[*]}{.metadata.name}={.spec.containers[0].resources.limits.memory} {end}'],
  );
  for (const { pod, mib } of stats) {
    const limit = Number(new RegExp(`${pod}=(\\d+)Mi`).exec(limits)?.[1]);
    t.true(mib < limit, `${pod} has ${mib} of ${limit} MiB`);
  }
});

test.serial('an image that is not there stops the update at one agent; a rollback mends it', async (t) => {
  const { agentsReady, capture, helm, kubectl, outcome } = t.context.installed;
  await helm('upgrade', 'nicdiag', CHART, '--reuse-values', '--set=image.tag=nowhere');
  const waiting = (): Promise<string> =>
    kubectl('-n', AGENTS, 'get', 'pods', '-o', 'jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}');
  await until('an agent has no image', async () => /ErrImagePull|ImagePullBackOff/.test(await waiting()));
  t.is(await kubectl('-n', AGENTS, 'get', 'daemonset/nicdiag-agent', '-o', 'jsonpath={.status.numberReady}'), '1');
  t.regex(
    await kubectl('-n', SYSTEM, 'get', 'deployment/nicdiag-operator', '-o', 'jsonpath={.status.readyReplicas}'),
    /[12]/,
  );
  await helm('rollback', 'nicdiag', '--wait', '--timeout=5m');
  await agentsReady();
  await capture('mended');
  t.is(await outcome('mended'), 'True AllSucceeded');
});

test.serial('uninstalling keeps captures and evidence; who installs again downloads it', async (t) => {
  const { capture, download, helm, kubectl, outcome } = t.context.installed;
  await helm('uninstall', 'nicdiag', ...READY);
  await until(
    'no Pod of it is left',
    async () => (await kubectl('get', 'pods', '-A', '-l', 'app.kubernetes.io/part-of=nicdiag', '-o', 'name')) === '',
  );
  t.regex(await kubectl('get', 'dcap', '-o', 'name'), /first[\s\S]*mended/);
  t.is(await kubectl('-n', SYSTEM, 'get', 'pvc', 'nicdiag-artifacts', '-o', 'jsonpath={.status.phase}'), 'Bound');
  await helm('install', 'nicdiag', CHART, '--set=image.registry=localhost', ...READY);
  await download('first');
  await capture('second');
  t.is(await outcome('second'), 'True AllSucceeded');
});

interface Usage {
  readonly pod: string;
  /** Working set of its container. */
  readonly mib: number;
}

/** What the kubelets say of the Pods' memory.
 * @source https://kubernetes.io/docs/reference/instrumentation/node-metrics/#summary-api-source */
async function summaries({ cluster }: Installed): Promise<Usage[]> {
  const nodes = [...cluster.nodes.keys()];
  const answers = await Promise.all(
    nodes.map((node) => cluster.admin.request('GET', `/api/v1/nodes/${node}/proxy/stats/summary`)),
  );
  return answers.flatMap((answer) => {
    const { pods } = answer as { readonly pods: readonly Summary[] };
    return pods
      .filter(({ podRef }) => podRef.namespace.startsWith('nicdiag-'))
      .map(({ podRef, memory }) => ({ pod: podRef.name, mib: Math.ceil((memory?.workingSetBytes ?? 0) / 2 ** 20) }));
  });
}

interface Summary {
  readonly podRef: { readonly name: string; readonly namespace: string };
  readonly memory?: { readonly workingSetBytes?: number };
}
