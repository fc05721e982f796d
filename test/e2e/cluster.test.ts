import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type RealCluster, startRealCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { NOTHING, type Remains, remainsOf } from './cluster/remains.ts';

const test = anyTest as TestFn<{ cluster: RealCluster }>;

/** The smallest Pod there is, on every node. */
const EVERYWHERE = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'everywhere', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'everywhere' } },
    template: {
      metadata: { labels: { app: 'everywhere' } },
      spec: {
        terminationGracePeriodSeconds: 0,
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'pause', image: 'nicdiag.dev/pause:1', imagePullPolicy: 'Never' }],
      },
    },
  },
});

test.before(async (t) => {
  t.context.cluster = await startRealCluster({
    nodes: [{ name: 'gpu-a', profile: 'gpu-a' }, { name: 'plain' }],
    say: (line) => t.log(line),
  });
});

test.after.always(async (t) => {
  await t.context.cluster?.[Symbol.asyncDispose]();
});

test.serial('a node with NICs has them in its /dev and /sys; the node beside it has not', async (t) => {
  const { cluster } = t.context;
  t.regex(await cluster.node('gpu-a').run(['ls', '/dev']), /mlx5ctl-mlx5_core\.ctl\.0/);
  t.regex(await cluster.node('gpu-a').run(['ls', '/sys/bus/pci/devices']), /0000:03:00\.0/);
  t.notRegex(await cluster.node('plain').run(['ls', '/dev']), /mlx5ctl/);
  t.regex(await cluster.kubectl(['get', 'nodes', '-l', 'feature.node.kubernetes.io/pci-15b3.present']), /gpu-a/);
});

test.serial('Pods run on every node, also on one that comes later', async (t) => {
  const { cluster } = t.context;
  await cluster.kubectl(['apply', '-f', '-'], { stdin: EVERYWHERE });
  await rolledOut(cluster, 2);
  await cluster.addNode({ name: 'gpu-b', profile: 'gpu-b' });
  await rolledOut(cluster, 3);
  const logs = await cluster.kubectl([
    'get',
    'pods',
    '-l',
    'app=everywhere',
    '-o',
    'jsonpath={.items[*].status.podIP}',
  ]);
  t.is(new Set(logs.split(' ')).size, 3);
});

test.serial('the name of a Service is known on a node, to its own DNS', async (t) => {
  const { cluster } = t.context;
  const script = `require('node:dns').promises.resolve4('kubernetes.default.svc.cluster.local').then((a) => console.log(a[0]))`;
  t.is((await cluster.node('plain').run([process.execPath, '-e', script])).trim(), cluster.addresses.kubernetes);
});

test.serial('kubelet and containerd that are killed come back, and Pods go on meanwhile', async (t) => {
  const { cluster } = t.context;
  const node = cluster.node('gpu-a');
  const before = await cluster.kubectl([
    'get',
    'pods',
    '-o',
    'jsonpath={.items[*].metadata.uid} {.items[*].status.containerStatuses[0].restartCount}',
  ]);
  for (const program of ['kubelet', 'containerd'] as const) {
    const pid = node.pid(program);
    node.kill(program);
    await until(() => node.pid(program) !== undefined && node.pid(program) !== pid);
  }
  await rolledOut(cluster, 3);
  const after = await cluster.kubectl([
    'get',
    'pods',
    '-o',
    'jsonpath={.items[*].metadata.uid} {.items[*].status.containerStatuses[0].restartCount}',
  ]);
  t.is(after, before);
});

test.serial('a node that starts again has the disk that it had, and nothing of what ran', async (t) => {
  const { cluster } = t.context;
  const node = cluster.node('gpu-b');
  await node.run([
    'sh',
    '-c',
    'mkdir -p /var/lib/nicdiag && echo kept > /var/lib/nicdiag/note && echo gone > /run/note',
  ]);
  await node.stop();
  t.false(node.isRunning());
  await node.start();
  await cluster.untilNodeReady('gpu-b');
  t.is(await node.run(['cat', '/var/lib/nicdiag/note']), 'kept\n');
  await t.throwsAsync(node.run(['cat', '/run/note']), { message: /No such file/ });
  await rolledOut(cluster, 3);
});

test('a cluster whose starter was killed leaves nothing', async (t) => {
  const script = fileURLToPath(new URL('cluster/killedStarter.ts', import.meta.url));
  const starter = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => starter.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: starter.stdout }), 'line');
  const { directory, machine } = JSON.parse(String(line)) as { directory: string; machine: string };
  const cgroup = readFileSync(join(directory, 'cgroups'), 'utf8');
  const alive = remainsOf(directory, machine, cgroup);
  t.true(alive.directory && alive.processes.length > 10 && alive.addresses.length === 1 && alive.cgroups.length > 0);
  starter.kill('SIGKILL');
  let left: Remains = alive;
  await until(() => {
    left = remainsOf(directory, machine, cgroup);
    return JSON.stringify(left) === JSON.stringify(NOTHING);
  }).catch(() => {});
  t.deepEqual(left, NOTHING);
});

async function rolledOut({ kubectl }: RealCluster, nodes: number): Promise<void> {
  const wanted = `jsonpath={.status.numberReady}=${nodes}`;
  await kubectl(['wait', 'daemonset/everywhere', `--for=${wanted}`, '--timeout=120s']);
}

async function until(done: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!done()) {
    if (Date.now() > deadline) throw new Error('not in a minute');
    await setTimeout(50);
  }
}
