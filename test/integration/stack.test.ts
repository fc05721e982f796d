import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type PodProgram, parseManifests, renderChart, type Stack, startStack } from '@nicdiag/tools';
import { MARK, markedProcesses, mountsBelow } from '@nicdiag/tools/nursery';
import test from 'ava';
import { appliedObjects, objectName } from './stack/appliedObjects.ts';
import { selftest } from './stack/selftest.ts';

/* What every test with all the programs builds upon: that they run as the chart says and that nothing is left. */
let stack: Stack;
test.before(async (t) => {
  t.timeout(600_000);
  stack = await startStack({ hosts: ['gpu-a', 'gpu-b'], operators: 2 });
});
test.after.always(() => stack?.[Symbol.asyncDispose]());

async function until(condition: () => boolean | Promise<boolean>, withinMs = 180_000): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await setTimeout(50);
  }
  return false;
}

/** Besides these, a program has what its Pod says. */
const OF_THE_IMAGE: ReadonlySet<string> = new Set(['PATH', 'NODE_V8_COVERAGE', 'NODE_COMPILE_CACHE', MARK]);

/** What the kernel says of a program's process, and where its Pod is. */
function podOf(program: PodProgram) {
  const entries = (file: string) => readFileSync(`/proc/${program.pid}/${file}`, 'utf8').split('\0').slice(0, -1);
  const environment = entries('environ').map((entry) => entry.split(/=(.*)/s).slice(0, 2) as [string, string]);
  const env = Object.fromEntries(environment.filter(([name]) => !OF_THE_IMAGE.has(name)));
  const root = program.path(API_ACCESS).slice(0, -API_ACCESS.length);
  return { args: entries('cmdline').slice(2), env, root, ip: new URL(program.healthUrl ?? '').hostname };
}

test.serial('what was applied is what helm template prints, all of it and nothing else', async (t) => {
  const { cluster, manifests, values } = stack;
  t.is(manifests, await renderChart(cluster, ...values));
  const printed = parseManifests(manifests).map(({ kind, metadata }) => objectName(kind, metadata));
  t.deepEqual(await appliedObjects(cluster.admin), printed.sort());
  // A field that was applied beside the printed ones would go, one that was not would come.
  const { code, stdout } = await cluster.tryKubectl(['diff', '--server-side', '--force-conflicts', '-f', '-'], {
    stdin: manifests,
  });
  t.is(code, 0, stdout);
});

const API_ACCESS = '/var/run/secrets/kubernetes.io/serviceaccount';
const ARTIFACTS_ACCESS = '/var/run/secrets/nicdiag-artifacts';

test.serial('each program has the arguments of its rendered Pod, paths in volumes led to its own directory', (t) => {
  const { url } = stack.artifactServer;
  const toApi = (root: string) => [`--token-file=${root}${API_ACCESS}/token`, `--api-ca=${root}${API_ACCESS}/ca.crt`];
  const toArtifacts = (root: string) => [
    `--artifacts-url=${url}`,
    `--artifacts-token-file=${root}${ARTIFACTS_ACCESS}/token`,
    `--artifacts-ca=${root}${ARTIFACTS_ACCESS}/ca.crt`,
  ];
  const agent = podOf(stack.agent('gpu-b'));
  t.deepEqual(agent.args, [
    ...[`--host-root=${agent.root}/host`, `--state-dir=${agent.root}/var/lib/nicdiag`, '--spool-limit=4Gi'],
    '--log-level=info',
    ...[...toApi(agent.root), ...toArtifacts(agent.root), `--listen=[${agent.ip}]:8081`],
  ]);
  const operator = podOf(stack.operator(1));
  t.deepEqual(operator.args, [
    ...['--namespace=nicdiag-system', '--agent-namespace=nicdiag-agent', '--log-level=info'],
    ...[...toApi(operator.root), ...toArtifacts(operator.root), `--listen=[${operator.ip}]:8081`],
  ]);
  const server = podOf(stack.artifactServer);
  const port = new URL(url).port;
  const healthPort = new URL(stack.artifactServer.healthUrl ?? '').port;
  t.deepEqual(server.args, [
    ...[`--store=${server.root}/var/lib/nicdiag-artifacts`, `--listen=[${stack.cluster.address}]:${port}`],
    ...[`--health-listen=[${stack.cluster.address}]:${healthPort}`],
    ...[`--tls-cert=${server.root}/etc/nicdiag/tls/tls.crt`, `--tls-key=${server.root}/etc/nicdiag/tls/tls.key`],
    '--agent-service-account=nicdiag-agent:nicdiag-agent',
    '--operator-service-account=nicdiag-system:nicdiag-operator',
    '--log-level=info',
    ...toApi(server.root),
  ]);
});

test.serial('the self-test with an agent’s credentials finds that it speaks for its own node only', async (t) => {
  const { cluster, artifactServer } = stack;
  const credentials = stack.agent('gpu-a').path(API_ACCESS);
  const result = await selftest([
    ...['agent', `--token-file=${credentials}/token`, `--api-ca=${credentials}/ca.crt`],
    ...[`--api-server=${cluster.server}`, `--artifacts-url=${artifactServer.url}`],
    `--artifacts-ca=${artifactServer.caFile}`,
  ]);
  t.deepEqual(result.verdicts, ['ok', 'ok', 'ok', 'ok', 'ok'], result.output);
  t.is(result.code, 0);
});

test.serial("each program has its Pod's environment, and nothing of the stack's", (t) => {
  const { hostname: KUBERNETES_SERVICE_HOST, port } = new URL(stack.cluster.server);
  const kubelet = { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT: port, KUBERNETES_SERVICE_PORT_HTTPS: port };
  const agent = podOf(stack.agent('gpu-b'));
  const malloc = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' };
  const memory = {
    ...malloc,
    NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=128 --expose-gc',
  };
  t.deepEqual(agent.env, { ...kubelet, ...memory, NODE_NAME: 'gpu-b', POD_IP: agent.ip });
  const operator = podOf(stack.operator(1));
  t.deepEqual(operator.env, { ...kubelet, ...malloc, POD_NAME: 'nicdiag-operator-1', POD_IP: operator.ip });
  t.deepEqual(podOf(stack.artifactServer).env, { ...kubelet, ...malloc, POD_IP: stack.cluster.address });
});

test.serial('Pods have addresses of their own, which the API server knows', async (t) => {
  const known = await stack.kubectl(['get', 'pods', '-A', '-o', 'jsonpath={.items[*].status.podIP}']);
  const programs = [
    stack.artifactServer,
    stack.operator(0),
    stack.operator(1),
    stack.agent('gpu-a'),
    stack.agent('gpu-b'),
  ];
  t.deepEqual(known.split(' ').sort(), programs.map((program) => podOf(program).ip).sort());
  t.is(new Set(known.split(' ')).size, programs.length);
});

test.serial("a Pod's tokens are for its node and their audience", (t) => {
  const claims = (path: string) => {
    const [, payload = ''] = readFileSync(stack.agent('gpu-b').path(path), 'utf8').split('.');
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  };
  for (const [path, audience] of [
    [`${API_ACCESS}/token`, 'https://kubernetes.default.svc'],
    [`${ARTIFACTS_ACCESS}/token`, 'nicdiag-artifacts'],
  ] as const) {
    t.deepEqual(claims(path).aud, [audience]);
    t.is(claims(path)['kubernetes.io'].node.name, 'gpu-b');
    t.is(claims(path)['kubernetes.io'].pod.name, 'nicdiag-agent-gpu-b');
  }
});

test.serial('kubectl shows the workloads with their Pods', async (t) => {
  const row = '{.metadata.name} {.status.readyReplicas}{.status.numberReady}';
  const rows = async (): Promise<string[]> => {
    const printed = await stack.kubectl([
      'get',
      'deploy,ds',
      '-A',
      '-o',
      `jsonpath={range .items[*]}${row}{"\\n"}{end}`,
    ]);
    return printed.trim().split('\n').sort();
  };
  const expected = ['nicdiag-agent 2', 'nicdiag-artifacts 1', 'nicdiag-operator 2'];
  t.true(await until(async () => (await rows()).join() === expected.join()), (await rows()).join());
});

test.serial('a Pod is Ready while its program is', async (t) => {
  const agent = stack.agent('gpu-a');
  const ready = async (): Promise<string> =>
    await stack.kubectl([
      ...['get', 'pod', '-n', 'nicdiag-agent', 'nicdiag-agent-gpu-a'],
      ...['-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'],
    ]);
  t.true(await until(async () => (await ready()) === 'True'), agent.tail());
  agent.kill('SIGKILL');
  t.is((await agent.ended())?.signal, 'SIGKILL');
  t.true(await until(async () => (await ready()) === 'False'));
  agent.start();
  t.true(await until(async () => (await ready()) === 'True'), agent.tail());
  t.is(agent.starts, 2);
});

test.serial('a program that is to be restarted comes back by itself', async (t) => {
  const server = stack.artifactServer;
  server.setRestart('always');
  const { pid } = server;
  server.kill('SIGKILL');
  t.true(await until(() => server.pid !== undefined && server.pid !== pid));
  await server.untilReady();
  server.setRestart('never');
});

test.serial('the artifact server answers through the API server, to nobody without credentials', async (t) => {
  const path =
    '/api/v1/namespaces/nicdiag-system/services/https:nicdiag-artifacts:https/proxy/v1/namespaces/a/captures/b/manifest';
  const refused = async () => (await stack.cluster.tryKubectl(['get', '--raw', path])).stderr;
  // The API server's own words: it stands for a 401 of the server behind the proxy.
  t.true(await until(async () => /must be logged in|Unauthorized/.test(await refused())), await refused());
});

test.serial('the emulated hosts answer on their control sockets', async (t) => {
  const answer = await stack.emulator('gpu-a').control({ status: true });
  t.like(answer, { ok: true });
  await t.throwsAsync(stack.emulator('gpu-a').control({ fault: 'nonsense' }), { message: /refuses.*fault/ });
});

test.serial('nothing is left of a stack: no process, mount, directory or port', async (t) => {
  const own = [stack.cluster.nursery, { id: '', directory: stack.logs.replace(/\/logs$/, '') }];
  const port = Number(new URL(stack.artifactServer.url).port);
  const pids = [stack.agent('gpu-a'), stack.operator(1), stack.emulator('gpu-b')].map(({ pid }) => pid!);
  t.not(mountsBelow(own[1]!.directory).length, 0, 'the devices are mounted');
  await stack[Symbol.asyncDispose]();
  t.deepEqual(
    own.flatMap(({ directory }) => mountsBelow(directory)),
    [],
  );
  t.deepEqual(
    own.filter(({ directory }) => existsSync(directory)),
    [],
  );
  t.deepEqual(markedProcesses(own[0]!.id), []);
  t.deepEqual(
    pids.filter((pid) => existsSync(`/proc/${pid}`)),
    [],
  );
  const listener = createServer();
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, stack.cluster.address, resolve);
  });
  listener.close();
});
