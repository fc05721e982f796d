import anyTest, { type TestFn } from 'ava';
import {
  AGENTS,
  assertMemory,
  CHART,
  GREEDY,
  type Installed,
  SYSTEM,
  startInstalled,
  until,
} from './installed/installed.ts';

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

test.serial(
  "what the chart's notes say: helm test, by Pods, proves that a node is kept to itself and captures work",
  async (t) => {
    const { capture, helm, outcome, shell } = t.context.installed;
    const notes = await helm('get', 'notes', 'nicdiag');
    const commands = [...notes.matchAll(/^ {5}(\S.*)$/gm)].map(([, command]) => command).join('\n');
    t.regex(commands, /rollout status[\s\S]*helm test[\s\S]*logs[\s\S]*rolebinding/);
    const said = await shell(commands.replaceAll('GROUP', 'sre').replaceAll('NAMESPACE', 'default'));
    for (const pod of ['nicdiag-test-agent', 'nicdiag-test-captures'])
      t.regex(said, new RegExp(`^TEST SUITE: +${pod}\\n(.*\\n){2}Phase: +Succeeded$`, 'm'), said);
    t.notRegex(said, /Phase: +Failed/);
    // Once by helm, once by kubectl.
    t.is(said.match(/a capture is admitted/g)?.length, 2, said);
    t.is(said.match(/an agent may not write a device of another node/g)?.length, 2, said);
    await capture('first');
    t.is(await outcome('first'), 'True AllSucceeded');
  },
);

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
  // As docs/uninstall.md says: helm leaves them.
  await kubectl('delete', 'pods', '-A', '-l', 'app.kubernetes.io/name=nicdiag-test');
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

test.serial('a Pod that outgrows its limit and is started again does not escape those who watch', async (t) => {
  const { cluster, kubectl, memory } = t.context.installed;
  const image = await kubectl(
    ...['-n', SYSTEM, 'get', 'deployment/nicdiag-operator', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
  );
  await cluster.kubectl(['apply', '-f', '-'], { stdin: greedyPod(image) });
  const kills = (): number => memory.pods.find(({ pod }) => pod === GREEDY)?.oomKills ?? 0;
  await until('two of its containers were seen to be killed', () => kills() >= 2);
  t.like(
    memory.pods.find(({ pod }) => pod === GREEDY),
    { limitMib: 64 },
  );
  await kubectl('delete', 'pod', GREEDY, '--now');
});

test.serial('all that happened left every Pod within its limits', assertMemory);

function greedyPod(image: string): string {
  const command = ['node', '-e', 'const kept = []; setInterval(() => kept.push(Buffer.alloc(1 << 20, 1)), 1)'];
  const container = { name: GREEDY, image, command, resources: { limits: { memory: '64Mi' } } };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: GREEDY, namespace: 'default', labels: { 'app.kubernetes.io/part-of': 'nicdiag' } },
    spec: { containers: [{ ...container, imagePullPolicy: 'Never' }] },
  });
}
