import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cluster, installLaunchers, startCluster } from '@nicdiag/tools';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { type ConnectProxy, startConnectProxy } from './kube/connectProxy.ts';
import { type Ran, run } from './plugin/kubectl.ts';

/* The way through a proxy, which the plugin takes when kubectl takes it. Only the proxy knows where the API server is. */
interface Context {
  readonly cluster: Cluster;
  readonly bin: string;
}
const test = anyTest as TestFn<Context>;
const CRDS = fileURLToPath(new URL('../../crds/', import.meta.url));
const NAME = 'api.nicdiag.test';

test.before(async (t) => {
  t.timeout(120_000);
  const cluster = await startCluster();
  await cluster.kubectl(['apply', '--server-side', '-f', CRDS]);
  await cluster.kubectl(['wait', 'crd', '--all', '--for=condition=Established']);
  t.context = { cluster, bin: installLaunchers(cluster) };
});
test.after.always((t) => t.context.cluster?.[Symbol.asyncDispose]());

async function proxy(t: ExecutionContext<Context>, credentials?: string): Promise<ConnectProxy> {
  const { hostname, port } = new URL(t.context.cluster.server);
  const started = await startConnectProxy({ [`${NAME}:6443`]: { host: hostname, port: Number(port) } }, credentials);
  t.teardown(() => started[Symbol.asyncDispose]());
  return started;
}

/** Asks for the captures there are, with kubectl and with the plugin.
 * @param proxyUrl of the kubeconfig */
async function both(t: ExecutionContext<Context>, environment: NodeJS.ProcessEnv, proxyUrl?: string): Promise<Ran[]> {
  const { cluster, bin } = t.context;
  const kubeconfig = join(cluster.nursery.directory, `${t.title.replaceAll(/\W/g, '-')}.kubeconfig`);
  const server = {
    server: `https://${NAME}:6443`,
    'tls-server-name': 'kubernetes.default',
    'certificate-authority': cluster.caFile,
    ...(proxyUrl !== undefined && { 'proxy-url': proxyUrl }),
  };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: server }],
      users: [{ name: 'u', user: { token: cluster.adminToken } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    }),
  );
  const env = { ...NO_PROXIES, ...environment };
  const ask = (...args: string[]): Promise<Ran> => run(cluster.binaries.kubectl, args, { path: bin, kubeconfig, env });
  return [await ask('get', 'dcap', '-A', '-o', 'name'), await ask('nicdiag', 'list', '-A', '-o', 'name')];
}

/** Whatever the machine has. */
const NO_PROXIES = Object.fromEntries(
  ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
    [name, undefined],
    [name.toLowerCase(), undefined],
  ]),
);

const codes = (ran: readonly Ran[]): number[] => ran.map(({ code }) => code);
const said = (ran: readonly Ran[]): string => ran.map(({ stderr }) => stderr).join('\n');

test('HTTPS_PROXY is the way to the API server', async (t) => {
  const { url, asked } = await proxy(t);
  const ran = await both(t, { HTTPS_PROXY: url });
  t.deepEqual(codes(ran), [0, 0], said(ran));
  t.true(asked.length >= 2);
  t.deepEqual(new Set(asked), new Set([`${NAME}:6443`]));
});

test('what NO_PROXY names is not asked of the proxy', async (t) => {
  const { url, asked } = await proxy(t);
  const ran = await both(t, { HTTPS_PROXY: url, NO_PROXY: '.nicdiag.test' });
  t.deepEqual(codes(ran), [1, 1]);
  t.deepEqual(asked, []);
  t.regex(ran[1]?.stderr ?? '', /api\.nicdiag\.test/);
});

test('proxy-url of the kubeconfig goes before the environment, also before NO_PROXY', async (t) => {
  const { url, asked } = await proxy(t);
  const other = await proxy(t);
  const ran = await both(t, { HTTPS_PROXY: other.url, NO_PROXY: '*' }, url);
  t.deepEqual(codes(ran), [0, 0], said(ran));
  t.true(asked.length >= 2);
  t.deepEqual(other.asked, []);
});

test('a proxy gets its user and password from its URL', async (t) => {
  const { url, asked } = await proxy(t, 'ann:secret');
  const ran = await both(t, { https_proxy: url.slice('http://'.length) });
  t.deepEqual(codes(ran), [0, 0], said(ran));
  t.true(asked.length >= 2);
});

test('a proxy that refuses or is not there is named by the error', async (t) => {
  const refusing = await proxy(t, 'ann:secret');
  const { origin, port } = new URL(refusing.url);
  const refused = await both(t, { HTTPS_PROXY: `http://ann:wrong@127.0.0.1:${port}` });
  t.deepEqual(codes(refused), [1, 1]);
  t.regex(refused[1]?.stderr ?? '', new RegExp(`through the proxy http://127.0.0.1:${port} .*407`));
  t.notRegex(refused[1]?.stderr ?? '', /wrong/);
  await refusing[Symbol.asyncDispose]();
  const absent = await both(t, { HTTPS_PROXY: origin });
  t.deepEqual(codes(absent), [1, 1]);
  t.regex(absent[1]?.stderr ?? '', new RegExp(`through the proxy http://127.0.0.1:${port} .*ECONNREFUSED`));
});

test('what is no proxy is refused before anything is sent', async (t) => {
  const [, ran] = await both(t, {}, 'ftp://ann:secret@proxy.example');
  t.is(ran?.code, 3);
  t.regex(ran?.stderr ?? '', /is no URL of a proxy/);
  t.notRegex(ran?.stderr ?? '', /secret/);
});
