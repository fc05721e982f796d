import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { parseManifests, renderChart, type Stack, startStack } from '@nicdiag/tools';
import { markedProcesses, mountsBelow } from '@nicdiag/tools/nursery';
import test from 'ava';

/* What every test with all the programs builds upon: that they run as the chart says and that nothing is left. */
let stack: Stack;
test.before(async (t) => {
  t.timeout(180_000);
  stack = await startStack({ hosts: ['gpu-a', 'gpu-b'], operators: 2 });
});
test.after.always(() => stack?.[Symbol.asyncDispose]());

async function until(condition: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await setTimeout(50);
  }
  return false;
}

function commandLine(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
}

interface Rendered {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: ReadonlyArray<{ readonly args: string[] }> } };
  };
}

test.serial('what was applied is what helm template prints', async (t) => {
  t.is(stack.manifests, await renderChart(stack.cluster));
  const { code, stdout } = await stack.cluster.tryKubectl(['diff', '--server-side', '--force-conflicts', '-f', '-'], {
    stdin: stack.manifests,
  });
  t.is(code, 0, stdout);
});

for (const [workload, pid] of [
  ['nicdiag-agent', () => stack.agent('gpu-a').pid],
  ['nicdiag-operator', () => stack.operator().pid],
  ['nicdiag-artifacts', () => stack.artifactServer.pid],
] as const) {
  test.serial(`${workload} runs with the arguments of its rendered Pod`, (t) => {
    const manifest = parseManifests(stack.manifests).find(
      ({ kind, metadata }) => metadata.name === workload && /^(Deployment|DaemonSet)$/.test(kind),
    ) as unknown as Rendered;
    const [, ...args] = manifest.spec.template.spec.containers[0]!.args;
    const running = commandLine(pid()!).slice(2);
    const flag = (arg: string): string => arg.split('=')[0]!;
    t.deepEqual(
      running.map(flag).filter((name) => name !== '--kubeconfig'),
      args.map(flag),
    );
    const plain = args.filter((arg) => !/[/:$]/.test(arg));
    t.deepEqual(
      plain.filter((arg) => !running.includes(arg)),
      [],
    );
  });
}

test.serial("an agent's environment and token name its node", (t) => {
  const { pid } = stack.agent('gpu-b');
  t.true(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes('NODE_NAME=gpu-b'));
  const token = readFileSync(stack.agent('gpu-b').path('/var/run/secrets/nicdiag-artifacts/token'), 'utf8');
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  t.deepEqual(claims.aud, ['nicdiag-artifacts']);
  t.is(claims['kubernetes.io'].node.name, 'gpu-b');
});

test.serial('a Pod is Ready while its program is', async (t) => {
  const agent = stack.agent('gpu-a');
  const ready = async (): Promise<string> =>
    await stack.kubectl([
      ...['get', 'pod', '-n', 'nicdiag-agent', 'nicdiag-agent-gpu-a'],
      ...['-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'],
    ]);
  t.is(await ready(), 'True');
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
