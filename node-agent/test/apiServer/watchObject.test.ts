import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createApiClient } from '../../src/apiServer/apiClient.ts';
import { type ObjectNews, watchObject } from '../../src/apiServer/watchObject.ts';
import { bookmark, type FakeApiServer, fakeApiServer, object, refusal, watch } from './fakeApiServer.ts';

/** Takes news until there are as many as wanted. */
async function take(t: ExecutionContext, server: FakeApiServer, count: number, stallMs?: number) {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-watch-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'token'), 'x');
  using client = createApiClient({ url: server.url, tokenFile: join(directory, 'token'), userAgent: 'x' });
  const controller = new AbortController();
  const news: ObjectNews[] = [];
  const troubles: string[] = [];
  const watched = watchObject(
    client,
    { path: '/apis/nicdiag.dev/v1alpha1/nicnodes', name: 'gpu-a' },
    {
      signal: AbortSignal.any([controller.signal, AbortSignal.timeout(300_000)]),
      onTrouble: (error) => troubles.push(error.message),
      ...(stallMs === undefined ? {} : { stallMs }),
    },
  );
  for await (const item of watched) {
    news.push(item);
    if (news.length === count) break;
  }
  controller.abort();
  const told = news.map((item) => (item.type === 'present' ? versionOf(item.object) : item.type));
  return { told, troubles };
}

const versionOf = (item: object): string => (item as ReturnType<typeof object>).metadata.resourceVersion;
const added = (version: string) => ({ type: 'ADDED', object: object('gpu-a', version) });
const modified = (version: string) => ({ type: 'MODIFIED', object: object('gpu-a', version) });
const deleted = (version: string) => ({ type: 'DELETED', object: object('gpu-a', version) });

test('what is there comes first, then its end mark, then changes', async (t) => {
  await using server = await fakeApiServer(watch([added('5'), bookmark('7', true), modified('8'), deleted('9')]));
  const { told } = await take(t, server, 4);
  t.deepEqual(told, ['5', 'synced', '8', 'deleted']);
  const [request] = server.seen;
  t.is(request?.query.get('fieldSelector'), 'metadata.name=gpu-a');
  t.is(request?.query.get('sendInitialEvents'), 'true');
  t.is(request?.query.get('allowWatchBookmarks'), 'true');
  const timeout = Number(request?.query.get('timeoutSeconds'));
  t.true(timeout >= 240 && timeout <= 480);
});

test('an absent object is known by the end mark alone', async (t) => {
  await using server = await fakeApiServer(watch([bookmark('7', true)]));
  t.deepEqual((await take(t, server, 1)).told, ['synced']);
});

test('a reset connection goes on at the last version, bookmarks included', async (t) => {
  await using server = await fakeApiServer(
    watch([added('5'), bookmark('7', true), bookmark('20')], (response) => response.destroy()),
    watch([modified('21')]),
  );
  const { told, troubles } = await take(t, server, 3);
  t.deepEqual(told, ['5', 'synced', '21']);
  t.is(server.seen[1]?.query.get('resourceVersion'), '20');
  t.is(server.seen[1]?.query.get('sendInitialEvents'), null);
  t.is(troubles.length, 1);
});

for (const [title, answer] of [
  ['410 as an answer', refusal(410, 'Expired')],
  [
    '410 as an event',
    watch([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } }]),
  ],
] as const) {
  test(`${title} begins anew from the present state`, async (t) => {
    await using server = await fakeApiServer(
      watch([added('5'), bookmark('7', true)], (response) => response.destroy()),
      answer,
      watch([added('30'), bookmark('31', true)]),
    );
    const { told } = await take(t, server, 4);
    t.deepEqual(told, ['5', 'synced', '30', 'synced']);
    t.is(server.seen[1]?.query.get('resourceVersion'), '7');
    t.is(server.seen[2]?.query.get('resourceVersion'), null);
  });
}

test('errors, overload and nonsense are only delays', async (t) => {
  await using server = await fakeApiServer(
    refusal(500, 'InternalError'),
    refusal(429, 'TooManyRequests', { 'retry-after': '0' }),
    watch([{ type: 'ERROR', object: { kind: 'Status', code: 500, message: 'etcd went away' } }]),
    (response) => response.writeHead(200).write('this is not JSON\n'),
    watch([added('5')]),
  );
  const { told, troubles } = await take(t, server, 1);
  t.deepEqual(told, ['5']);
  t.is(troubles.length, 4);
  t.regex(troubles[2] ?? '', /etcd went away/);
});

test('a watch that the server ends at once is not asked for in a loop', async (t) => {
  await using server = await fakeApiServer(
    watch([bookmark('7', true)], (response) => response.end()),
    watch([added('8')]),
  );
  const { told, troubles } = await take(t, server, 2);
  t.deepEqual(told, ['synced', '8']);
  t.is(server.seen[1]?.query.get('resourceVersion'), '7');
  t.deepEqual(troubles, ['the API server ended the watch at once']);
});

test('a connection over which nothing comes is given up', async (t) => {
  // On a slow machine the first watch may be given up before its bookmark was read: it is then answered again.
  await using server = await fakeApiServer((response, request) => {
    const goesOn = request.query.get('resourceVersion') === '7';
    watch([goesOn ? modified('8') : bookmark('7', true)])(response, request);
  });
  const { told, troubles } = await take(t, server, 2, 500);
  t.deepEqual(told, ['synced', '8']);
  t.regex(troubles[0] ?? '', /nothing came over the watch for 500 ms/);
});

test('a watch that is not even answered is given up for the same reason', async (t) => {
  await using server = await fakeApiServer(() => {}, watch([added('8')]));
  const { told, troubles } = await take(t, server, 1, 500);
  t.deepEqual(told, ['8']);
  t.regex(troubles[0] ?? '', /nothing came over the watch for 500 ms/);
});
