import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Cluster, startCluster } from '@nicdiag/tools';
import { markedProcesses } from '@nicdiag/tools/nursery';
import test from 'ava';

let cluster: Cluster;
let startMs = 0;

test.before(async (t) => {
  t.timeout(600_000);
  const began = performance.now();
  cluster = await startCluster();
  startMs = performance.now() - began;
});
test.after.always(() => cluster?.[Symbol.asyncDispose]());

async function until(condition: () => boolean | Promise<boolean>, withinMs = 180_000): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await setTimeout(25);
  }
  return false;
}

test('a cluster starts and answers kubectl', async (t) => {
  // On 2 cores with nothing else running it is about 2.5 s; here the tests of other files run beside.
  t.log(`ready after ${Math.round(startMs)} ms`);
  t.regex(await cluster.kubectl(['version']), /Server Version: v1\.36\./);
});

test('a node is Ready and carries its labels', async (t) => {
  await cluster.createNode('labelled', { pool: 'h200' });
  t.regex(await cluster.kubectl(['get', 'nodes', '-l', 'pool=h200']), /labelled\s+Ready/);
});

test("a bound token carries its Pod's node, and the API server vouches for it", async (t) => {
  await cluster.createNode('gpu-a');
  await cluster.kubectl(['create', 'namespace', 'tokens']);
  const pod = { namespace: 'tokens', name: 'agent' };
  const { metadata } = await cluster.createPod({ ...pod, nodeName: 'gpu-a', serviceAccount: 'default' });
  const { token } = await cluster.boundToken({
    namespace: 'tokens',
    serviceAccount: 'default',
    pod: { name: pod.name, uid: metadata.uid },
    audiences: ['nicdiag-artifacts'],
  });
  const review = await cluster.admin.object('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { metadata: {}, spec: { token, audiences: ['nicdiag-artifacts'] } },
  });
  t.like(review['status'], {
    authenticated: true,
    audiences: ['nicdiag-artifacts'],
    user: {
      username: 'system:serviceaccount:tokens:default',
      extra: { 'authentication.kubernetes.io/node-name': ['gpu-a'] },
    },
  });
});

test('a token for another audience is no credential for the API server', async (t) => {
  await cluster.kubectl(['create', 'namespace', 'audience']);
  const account = { namespace: 'audience', serviceAccount: 'default' };
  t.true(
    await until(
      async () => (await cluster.tryKubectl(['get', 'serviceaccount', 'default', '-n', 'audience'])).code === 0,
    ),
  );
  const self = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const ask = (token: string) => cluster.admin.request('POST', self, { token, body: { metadata: {} } });
  const foreign = await cluster.boundToken({ ...account, audiences: ['nicdiag-artifacts'] });
  await t.throwsAsync(ask(foreign.token), { code: 'Unauthorized' });
  const own = await cluster.boundToken(account);
  t.like(await ask(own.token), { status: { userInfo: { username: 'system:serviceaccount:audience:default' } } });
});

test('a user with a client certificate has the name and groups in it and no rights of his own', async (t) => {
  const kubeconfig = await cluster.userKubeconfig('alice', ['sre', 'oncall']);
  const who = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfig });
  t.like(JSON.parse(who).status.userInfo, { username: 'alice', groups: ['sre', 'oncall', 'system:authenticated'] });
  const refused = await cluster.tryKubectl(['get', 'nodes'], { kubeconfig });
  t.is(refused.code, 1);
  t.regex(refused.stderr, /User "alice" cannot list resource "nodes"/);
});

test('a Pod that is Ready becomes an endpoint of its Service, and the service proxy calls this machine', async (t) => {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => response.end(`you asked for ${request.url}`));
  const { freePort } = await import('@nicdiag/tools');
  const port = await freePort(cluster.address);
  await new Promise<void>((resolve) => server.listen(port, cluster.address, resolve));
  t.teardown(() => server.close());
  await cluster.createNode('proxied');
  await cluster.kubectl(['create', 'namespace', 'proxy']);
  await cluster.admin.request('POST', '/api/v1/namespaces/proxy/services', {
    body: {
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
    },
  });
  const containers = [{ name: 'web', image: 'none', ports: [{ name: 'web', containerPort: port }] }];
  const pod = { namespace: 'proxy', name: 'web', nodeName: 'proxied', serviceAccount: 'default' };
  await cluster.createPod({ ...pod, labels: { app: 'web' }, spec: { containers } });
  await cluster.setPodReady(pod, true);
  const path = '/api/v1/namespaces/proxy/services/http:web:http/proxy/hello';
  t.true(await until(async () => (await cluster.tryKubectl(['get', '--raw', path])).stdout === 'you asked for /hello'));
});

test.serial('what was there before is there after the API server was killed and started again', async (t) => {
  await cluster.kubectl(['create', 'configmap', 'kept', '--from-literal=a=b']);
  await cluster.restartApiServer('SIGKILL');
  t.is(await cluster.kubectl(['get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}']), 'b');
});

const PROGRAM = `
  import { startCluster } from ${JSON.stringify(import.meta.resolve('@nicdiag/tools'))};
  const cluster = await startCluster();
  console.log(JSON.stringify({ id: cluster.nursery.id, directory: cluster.nursery.directory }));
  process.stdin.once('data', async () => { await cluster[Symbol.asyncDispose](); process.exit(0); });
  setInterval(() => {}, 1000);
`;

for (const [title, end] of [
  ['killed with SIGKILL', (pid: number) => process.kill(pid, 'SIGKILL')],
  ['killed with its whole process group', (pid: number) => process.kill(-pid, 'SIGKILL')],
] as const) {
  test.serial(`nothing of a cluster is left when its owner is ${title}`, async (t) => {
    const owner = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    });
    const first = await new Promise<string>((resolve) =>
      createInterface({ input: owner.stdout }).once('line', resolve),
    );
    const { id, directory } = JSON.parse(first);
    t.is(markedProcesses(id).length, 3, 'etcd, API server, controller manager');
    end(owner.pid!);
    t.true(await until(() => markedProcesses(id).length === 0 && !existsSync(directory)));
  });
}

test.serial('nothing of a cluster is left after it was disposed', async (t) => {
  const own = await startCluster();
  const { id, directory } = own.nursery;
  t.is(markedProcesses(id).length, 3);
  await own[Symbol.asyncDispose]();
  t.deepEqual(markedProcesses(id), []);
  t.false(existsSync(directory));
});

const OFFLINE_PROGRAM = `
  import { networkInterfaces } from 'node:os';
  import { startCluster } from ${JSON.stringify(import.meta.resolve('@nicdiag/tools'))};
  const addresses = () => Object.values(networkInterfaces()).flat().map(({ address }) => address).filter((a) => !a.includes(':'));
  const cluster = await startCluster();
  const { address } = cluster;
  const namespaces = await cluster.kubectl(['get', 'namespaces', '-o', 'name']);
  const during = addresses();
  await cluster[Symbol.asyncDispose]();
  console.log(JSON.stringify({ address, namespaces, during, after: addresses() }));
`;

test.serial('a machine without any network has a cluster all the same, and then its old addresses again', (t) => {
  const program = ['ip link set lo up && exec "$0" --input-type=module -e "$1"', process.execPath, OFFLINE_PROGRAM];
  const { status, stdout, stderr } = spawnSync('unshare', ['--net', '--', 'sh', '-c', ...program], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  t.is(status, 0, stderr);
  const { namespaces, ...addresses } = JSON.parse(stdout);
  t.regex(namespaces, /namespace\/kube-system/);
  t.deepEqual(addresses, { address: '198.18.0.1', during: ['127.0.0.1', '198.18.0.1'], after: ['127.0.0.1'] });
});
