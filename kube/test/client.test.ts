import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import {
  createKubeClient,
  isKubeError,
  type KubeClient,
  type KubeObject,
  loadKubeConfig,
  resource,
} from '../src/index.ts';

const widgets = resource<KubeObject & { spec?: unknown }>('example.dev/v1', 'widgets');

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

interface Fixture {
  client: KubeClient;
  requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  server: Server;
  connections: () => number;
}

/** A client and the server it talks to; the handler plays what an API server would answer. */
async function serve(t: ExecutionContext, handler: Handler): Promise<Fixture> {
  const requests: Fixture['requests'] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    handler(request, response, body);
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createKubeClient(
    loadKubeConfig({ kubeconfig: await kubeconfig(t, `http://127.0.0.1:${port}/prefix`) }),
  );
  t.teardown(async () => {
    await client[Symbol.asyncDispose]();
    server.closeAllConnections();
    server.close();
  });
  return { client, requests, server, connections: () => connections };
}

async function kubeconfig(t: ExecutionContext, server: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nicdiag-kube-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'config');
  await writeFile(
    file,
    JSON.stringify({
      'current-context': 'one',
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user: { token: 'secret' } }],
      contexts: [{ name: 'one', context: { cluster: 'c', user: 'u', namespace: 'team' } }],
    }),
  );
  return file;
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function status(code: number, reason: string, message: string, details?: object): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details };
}

const widget = (name: string) => ({
  metadata: {
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    managedFields: [{ manager: 'x' }],
  },
});

test('sequential calls reuse their connections, carry the credentials and the path prefix of the server', async (t) => {
  const { client, requests, connections } = await serve(t, (_, response) => answer(response, 200, widget('a')));
  for (let i = 0; i < 20; i++) await client.get(widgets, { namespace: 'x', name: 'a' });
  // undici opens another one when an answer has not quite been finished, or a connection was idle for seconds.
  t.true(connections() <= 5, `${connections()} connections for 20 calls`);
  t.is(requests[0]?.headers.authorization, 'Bearer secret');
  t.is(requests[0]?.url, '/prefix/apis/example.dev/v1/namespaces/x/widgets/a');
  t.is(client.namespace, 'team');
});

test('managedFields never reach the caller', async (t) => {
  const { client } = await serve(t, (request, response) =>
    answer(
      response,
      200,
      request.url?.includes('/a') ? widget('a') : { items: [widget('a')], metadata: { resourceVersion: '5' } },
    ),
  );
  t.false('managedFields' in (await client.get(widgets, { name: 'a' })).metadata);
  t.false('managedFields' in ((await client.list(widgets)).items[0]?.metadata ?? {}));
});

test('a list is fetched in pages of 500 until there is no continue token', async (t) => {
  const { client, requests } = await serve(t, (request, response) => {
    const next = new URL(request.url ?? '', 'http://x').searchParams.get('continue');
    answer(response, 200, {
      items: [widget(next ?? 'first')],
      metadata: { resourceVersion: '9', continue: next === null ? 'second' : next === 'second' ? 'third' : '' },
    });
  });
  const page = await client.list(widgets, { namespace: 'x', labelSelector: 'a=b' });
  t.deepEqual(
    page.items.map((item) => item.metadata.name),
    ['first', 'second', 'third'],
  );
  t.is(page.resourceVersion, '9');
  t.true(requests.every((request) => request.url.includes('limit=500') && request.url.includes('labelSelector=a%3Db')));
});

test('an error names what was tried, the reason, the status and the message of the server', async (t) => {
  const { client } = await serve(t, (_, response) =>
    answer(response, 403, status(403, 'Forbidden', 'widgets "a" is forbidden: no verb get')),
  );
  const error = await t.throwsAsync(client.get(widgets, { namespace: 'x', name: 'a' }));
  t.true(isKubeError(error, 'Forbidden'));
  t.is(
    error?.message,
    'GET /apis/example.dev/v1/namespaces/x/widgets/a: 403 Forbidden: widgets "a" is forbidden: no verb get',
  );
});

test('find says undefined for what does not exist, and still throws for everything else', async (t) => {
  const { client } = await serve(t, (request, response) =>
    request.url?.endsWith('/none') ? answer(response, 404, status(404, 'NotFound', 'none')) : answer(response, 500, {}),
  );
  t.is(await client.find(widgets, { name: 'none' }), undefined);
  await t.throwsAsync(client.find(widgets, { name: 'other' }), { message: /500 InternalError/ });
});

test('429 is waited for as asked and sent again, for writes too: it was refused before it was executed', async (t) => {
  let calls = 0;
  const { client, requests } = await serve(t, (_, response) =>
    ++calls === 1
      ? answer(response, 429, status(429, 'TooManyRequests', 'slow down', { retryAfterSeconds: 1 }), {
          'retry-after': '1',
        })
      : answer(response, 201, widget('a')),
  );
  const started = performance.now();
  await client.create(widgets, { metadata: { name: 'a', namespace: 'x' } });
  // A timer may fire within the millisecond before its time.
  t.true(performance.now() - started >= 999);
  t.is(requests.length, 2);
  t.is(requests[0]?.body, requests[1]?.body);
});

test('a 503 is repeated for a read and reported for a write', async (t) => {
  let calls = 0;
  const { client } = await serve(t, (_, response) =>
    ++calls % 2 === 1 ? answer(response, 503, {}) : answer(response, 200, widget('a')),
  );
  t.is((await client.get(widgets, { name: 'a' })).metadata.name, 'a');
  await t.throwsAsync(client.create(widgets, { metadata: { name: 'a' } }), { message: /503 ServiceUnavailable/ });
  t.is(calls, 3);
});

test('a 401 is tried once more with fresh credentials', async (t) => {
  let calls = 0;
  const { client, connections } = await serve(t, (_, response) =>
    ++calls === 1 ? answer(response, 401, {}) : answer(response, 200, widget('a')),
  );
  await client.get(widgets, { name: 'a' });
  t.is(connections(), 2);
});

test('a server that is not there is named in the error', async (t) => {
  // A port that nobody is given, whatever else listens and stops listening meanwhile.
  const client = createKubeClient(loadKubeConfig({ kubeconfig: await kubeconfig(t, 'http://127.0.0.1:1/prefix') }));
  t.teardown(() => client[Symbol.asyncDispose]());
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  await t.throwsAsync(client.get(widgets, { name: 'a' }, { signal: controller.signal }), { name: 'AbortError' });
  const error = await t.throwsAsync(client.request({ method: 'POST', path: '/x', body: Readable.from(['once']) }));
  t.true(isKubeError(error, 'ConnectionFailed'));
  t.regex(error?.message ?? '', /no answer from http:\/\/127\.0\.0\.1:\d+\/prefix \(ECONNREFUSED/);
});

test('patches go out with their content type, subresource, manager and strict validation', async (t) => {
  const { client, requests } = await serve(t, (_, response) => answer(response, 200, widget('a')));
  const ref = { namespace: 'x', name: 'a' };
  await client.patch(widgets, ref, { type: 'json', body: [{ op: 'test', path: '/metadata/generation', value: 3 }] });
  await client.patch(
    widgets,
    ref,
    { type: 'merge', body: { status: {} } },
    { subresource: 'status', fieldManager: 'm' },
  );
  await client.patch(widgets, ref, { type: 'apply', body: {}, force: true }, { fieldManager: 'm' });
  t.deepEqual(
    requests.map((request) => [request.headers['content-type'], request.url.replace(/^.*widgets/, '')]),
    [
      ['application/json-patch+json', '/a?fieldValidation=Strict'],
      ['application/merge-patch+json', '/a/status?fieldManager=m&fieldValidation=Strict'],
      ['application/apply-patch+yaml', '/a?fieldManager=m&fieldValidation=Strict&force=true'],
    ],
  );
});

test('deletion carries preconditions; a collection is deleted by its selector', async (t) => {
  const { client, requests } = await serve(t, (_, response) =>
    answer(response, 200, { kind: 'Status', status: 'Success' }),
  );
  await client.delete(widgets, { namespace: 'x', name: 'a' }, { preconditions: { uid: 'u' } });
  await client.deleteCollection(widgets, { namespace: 'x', labelSelector: 'k=v' });
  t.deepEqual(JSON.parse(requests[0]?.body ?? '').preconditions, { uid: 'u' });
  t.is(requests[1]?.url, '/prefix/apis/example.dev/v1/namespaces/x/widgets?labelSelector=k%3Dv');
});

test('a raw request streams its answer and passes headers through', async (t) => {
  const { client, requests } = await serve(t, (_, response) => {
    response.writeHead(206, { 'content-range': 'bytes 0-2/9' });
    response.end('abc');
  });
  const response = await client.request({
    method: 'GET',
    path: '/api/v1/x/proxy/y',
    headers: { range: 'bytes=0-2', 'x-nicdiag-ticket': 't.s' },
  });
  t.is(response.status, 206);
  t.is(response.headers['content-range'], 'bytes 0-2/9');
  t.is(await response.text(), 'abc');
  t.is(requests[0]?.headers['x-nicdiag-ticket'], 't.s');
});

test('a kubeconfig without the asked-for context says which ones it has', async (t) => {
  const file = await kubeconfig(t, 'http://127.0.0.1:1');
  t.throws(() => loadKubeConfig({ kubeconfig: file, context: 'two' }), {
    message: 'no context "two" in the kubeconfig; it has: one',
  });
  t.throws(() => loadKubeConfig({ kubeconfig: join(file, 'missing') }), { message: /cannot read the kubeconfig/ });
});
