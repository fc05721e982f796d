import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type ApiClient, createApiClient } from '../../src/apiServer/apiClient.ts';
import { ApiError } from '../../src/apiServer/apiError.ts';
import { type FakeApiServer, fakeApiServer, json, refusal } from './fakeApiServer.ts';

function client(t: ExecutionContext, server: FakeApiServer): { client: ApiClient; tokenFile: string } {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-client-'));
  const tokenFile = join(directory, 'token');
  writeFileSync(tokenFile, 'first\n');
  const made = createApiClient({ url: server.url, tokenFile, userAgent: 'nicdiag-node-agent/test' });
  t.teardown(() => {
    made[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  });
  return { client: made, tokenFile };
}

const signal = AbortSignal.timeout(300_000);

test('requests carry token and agent name, and share one connection', async (t) => {
  await using server = await fakeApiServer(json(200, { kind: 'NicNode' }));
  const { client: api } = client(t, server);
  t.deepEqual(await api.get('/apis/x', { signal }), { kind: 'NicNode' });
  await api.patch('/apis/x/status', { status: 1 }, { type: 'merge', signal });
  await api.patch('/apis/x', [], { type: 'json', signal });
  await api.create('/apis/x', { a: 1 }, { signal });
  t.is(server.connections(), 1);
  const [get, merge, patch, create] = server.seen;
  t.like(get, { method: 'GET', path: '/apis/x', body: '' });
  t.is(get?.headers.authorization, 'Bearer first');
  t.is(get?.headers['user-agent'], 'nicdiag-node-agent/test');
  t.is(merge?.headers['content-type'], 'application/merge-patch+json');
  t.is(patch?.headers['content-type'], 'application/json-patch+json');
  t.like(create, { method: 'POST', body: '{"a":1}' });
});

test('a refusal is an error with reason, status and message', async (t) => {
  await using server = await fakeApiServer(refusal(409, 'Conflict'), (response) =>
    response.writeHead(502).end('<html>'),
  );
  const { client: api } = client(t, server);
  const conflict = await t.throwsAsync(api.get('/apis/x?a=b', { signal }), { instanceOf: ApiError });
  t.like(conflict, { code: 'Conflict', status: 409, message: 'GET /apis/x: 409 Conflict: Conflict it is' });
  t.like(await t.throwsAsync(api.get('/apis/x', { signal })), { code: 'Http502', status: 502 });
});

test('Retry-After is obeyed within the call', async (t) => {
  await using server = await fakeApiServer(
    refusal(429, 'TooManyRequests', { 'retry-after': '0' }),
    refusal(503, 'ServiceUnavailable', { 'retry-after': '0' }),
    json(200, { ok: true }),
  );
  const { client: api } = client(t, server);
  t.deepEqual(await api.get('/apis/x', { signal }), { ok: true });
  t.is(server.seen.length, 3);
});

test('a 5xx without Retry-After is for the caller to repeat', async (t) => {
  await using server = await fakeApiServer(refusal(500, 'InternalError'));
  const { client: api } = client(t, server);
  t.like(await t.throwsAsync(api.get('/apis/x', { signal })), { status: 500 });
  t.is(server.seen.length, 1);
});

test('a refused token is read anew from its file, once', async (t) => {
  await using server = await fakeApiServer(
    json(200, {}),
    refusal(401, 'Unauthorized'),
    json(200, { ok: true }),
    refusal(401, 'Unauthorized'),
  );
  const { client: api, tokenFile } = client(t, server);
  await api.get('/apis/x', { signal });
  writeFileSync(tokenFile, 'second');
  t.deepEqual(await api.get('/apis/x', { signal }), { ok: true });
  t.deepEqual(
    server.seen.map(({ headers }) => headers.authorization),
    ['Bearer first', 'Bearer first', 'Bearer second'],
  );
  t.like(await t.throwsAsync(api.get('/apis/x', { signal })), { status: 401 });
  t.is(server.seen.length, 5);
});

test('deleting what is not there is fine; a UID goes along as precondition', async (t) => {
  await using server = await fakeApiServer(refusal(404, 'NotFound'));
  const { client: api } = client(t, server);
  await api.delete('/apis/x', { uid: 'u1', signal });
  t.deepEqual(JSON.parse(server.seen[0]?.body ?? '').preconditions, { uid: 'u1' });
});

test("the server's clock comes from its answers", async (t) => {
  await using server = await fakeApiServer(json(200, {}, { date: 'Thu, 01 Jan 2099 00:00:00 GMT' }));
  const { client: api } = client(t, server);
  await api.get('/apis/x', { signal });
  t.true(Math.abs(api.time.now() - Date.parse('2099-01-01T00:00:00.500Z')) < 600_000);
});

test('an aborted signal ends a request and a wait', async (t) => {
  await using server = await fakeApiServer(refusal(429, 'TooManyRequests', { 'retry-after': '3600' }), () => {});
  const { client: api } = client(t, server);
  // Waiting an hour is more than a call does: the error comes at once.
  t.like(await t.throwsAsync(api.get('/apis/x', { signal })), { status: 429 });
  const controller = new AbortController();
  const pending = api.get('/apis/x', { signal: controller.signal });
  controller.abort(new Error('enough'));
  await t.throwsAsync(pending, { message: 'enough' });
});

test('a missing token file is an error that names it', async (t) => {
  await using server = await fakeApiServer(json(200, {}));
  const api = createApiClient({ url: server.url, tokenFile: '/nonexistent/token', userAgent: 'x' });
  await t.throwsAsync(api.get('/apis/x', { signal }), {
    message: /the token of the API server from \/nonexistent\/token/,
  });
});
