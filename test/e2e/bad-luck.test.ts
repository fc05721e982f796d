import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { AGENTS, assertMemory, type Installed, SYSTEM, startInstalled, until } from './installed/installed.ts';
import { midCapture } from './installed/midCapture.ts';

/* What goes wrong on a cluster while a capture is on. One after another: they break what they share. */
const test = anyTest as TestFn<{ installed: Installed }>;
type T = ExecutionContext<{ installed: Installed }>;

test.before(async (t) => {
  const nodes = [...['gpu-a', 'gpu-b'].map((name) => ({ name, profile: name })), { name: 'plain' }];
  t.context = { installed: await startInstalled(nodes, (line) => t.log(line)) };
});
test.after.always((t) => t.context.installed?.[Symbol.asyncDispose]());
test.afterEach.always(async (t) => {
  const { installed } = t.context;
  if (!t.passed) t.log(await installed.describe());
  for (const name of ['gpu-a', 'gpu-b'])
    if (installed.cluster.node(name).isRunning()) await installed.cluster.node(name).control({ fault: 'clear' });
});

test.serial('kubelet and containerd are killed: the capture does not notice', async (t) => {
  const { cluster } = t.context.installed;
  const goOn = await midCapture(t.context.installed, 'killed-kubelet');
  cluster.node('gpu-a').kill('kubelet');
  cluster.node('gpu-b').kill('containerd');
  await goOn();
  await complete(t, 'killed-kubelet');
  await t.context.installed.agentsReady();
});

test.serial('the agents are killed: their successors go on where they were', async (t) => {
  const { kubectl } = t.context.installed;
  const goOn = await midCapture(t.context.installed, 'killed-agents');
  await kubectl('-n', AGENTS, 'delete', 'pods', '--all', '--force', '--grace-period=0');
  await goOn();
  await complete(t, 'killed-agents');
});

test.serial('the leader of the operators is killed: another one leads the capture to its end', async (t) => {
  const { kubectl } = t.context.installed;
  const leader = (): Promise<string> =>
    kubectl('-n', SYSTEM, 'get', 'leases', '-o', 'jsonpath={.items[0].spec.holderIdentity}');
  const before = await leader();
  const goOn = await midCapture(t.context.installed, 'killed-operator');
  const pod = (await kubectl('-n', SYSTEM, 'get', 'pods', '-o', 'name'))
    .split('\n')
    .find((name) => before.includes(name.slice('pod/'.length)));
  t.truthy(pod, before);
  await kubectl('-n', SYSTEM, 'delete', pod ?? '', '--force', '--grace-period=0');
  await goOn();
  await complete(t, 'killed-operator');
  t.not(await leader(), before);
});

test.serial('the DaemonSet is rolled in mid-capture: nothing is lost', async (t) => {
  const { agentsReady, kubectl } = t.context.installed;
  const goOn = await midCapture(t.context.installed, 'rolled');
  await kubectl('-n', AGENTS, 'rollout', 'restart', 'daemonset/nicdiag-agent');
  await agentsReady();
  await goOn();
  await complete(t, 'rolled');
});

test.serial(
  "the artifact server's Pod is evicted: it moves with its volume, old and new evidence are there",
  async (t) => {
    const { download, kubectl } = t.context.installed;
    const pods = ['-n', SYSTEM, 'get', 'pods', '-l', 'app.kubernetes.io/name=nicdiag-artifacts'];
    const where = (): Promise<string> => kubectl(...pods, '-o', 'jsonpath={.items[*].spec.nodeName}');
    const before = await where();
    const goOn = await midCapture(t.context.installed, 'evicted');
    // The devices are quick again: what they gave is uploaded while there is no server.
    await goOn();
    await kubectl(
      'drain',
      before,
      '--ignore-daemonsets',
      '--pod-selector=app.kubernetes.io/name=nicdiag-artifacts',
      '--timeout=120s',
    );
    await complete(t, 'evicted');
    t.not(await where(), before);
    await download('rolled');
    await kubectl('uncordon', before);
  },
);

test.serial('a node loses its power and comes back with its disk: its part goes on', async (t) => {
  const { agentsReady, cluster } = t.context.installed;
  const goOn = await midCapture(t.context.installed, 'rebooted');
  await cluster.node('gpu-a').stop();
  await cluster.node('gpu-a').start();
  await cluster.untilNodeReady('gpu-a');
  await goOn();
  await complete(t, 'rebooted');
  await agentsReady();
});

test.serial('a node is drained and deleted: the capture ends with what the others brought', async (t) => {
  const { agentsReady, capture, cluster, download, kubectl, outcome, parts } = t.context.installed;
  const goOn = await midCapture(t.context.installed, 'deleted');
  await kubectl('drain', 'gpu-b', '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=120s');
  await kubectl('delete', 'node', 'gpu-b');
  await goOn();
  t.is(await outcome('deleted'), 'False Partial');
  t.deepEqual(await parts('deleted'), ['gpu-a Succeeded', 'gpu-b NodeDeleted']);
  await download('deleted');
  // A kubelet registers its node when it starts.
  cluster.node('gpu-b').kill('kubelet');
  await until('gpu-b is back', async () => (await kubectl('get', 'nodes', '-o', 'name')).includes('gpu-b'));
  await agentsReady();
  await capture('back-again');
  await complete(t, 'back-again');
});

test.serial('nothing that was not killed by these tests was killed by its limits', assertMemory);

async function complete(t: T, name: string): Promise<void> {
  const { download, outcome, parts } = t.context.installed;
  t.is(await outcome(name), 'True AllSucceeded');
  t.deepEqual(await parts(name), ['gpu-a Succeeded', 'gpu-b Succeeded']);
  await download(name);
}
