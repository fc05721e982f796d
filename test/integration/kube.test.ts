import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  createEventRecorder,
  createKubeClient,
  isKubeError,
  type KubeClient,
  type KubeObject,
  type Leadership,
  loadKubeConfig,
  resource,
  runLeaderElection,
} from '@nicdiag/kube';
import { startCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { startFaultProxy } from './kube/faultProxy.ts';
import { type Context, change, configMaps, follow, ownNamespace, put } from './kube/followed.ts';

/** The client and the controller runtime against a real API server, with a proxy that breaks connections between. */
const test = anyTest as TestFn<Context>;

const events = resource<KubeObject & { series?: { count: number }; reason?: string }>('events.k8s.io/v1', 'events');

test.before(async (t) => {
  t.timeout(600_000);
  const cluster = await startCluster({ name: 'kube' });
  t.context = { cluster, client: createKubeClient(loadKubeConfig({ kubeconfig: cluster.kubeconfig })) };
});

test.after.always(async (t) => {
  await t.context.client?.[Symbol.asyncDispose]();
  await t.context.cluster?.[Symbol.asyncDispose]();
});

test('objects of built-in kinds are created, listed in pages, patched, replaced and deleted', async (t) => {
  const { client } = t.context;
  const namespace = await ownNamespace(t);
  for (const name of ['a', 'b', 'c']) await put(t, namespace, name, '1');
  const pages: number[] = [];
  for await (const page of client.pages(configMaps, {
    namespace,
    limit: 2,
    fieldSelector: 'metadata.name!=kube-root-ca.crt',
  }))
    pages.push(page.items.length);
  t.deepEqual(pages, [2, 1]);
  const a = await client.get(configMaps, { namespace, name: 'a' });
  t.false('managedFields' in a.metadata);
  const replaced = await client.update(configMaps, { ...a, data: { value: '2' } });
  t.is(replaced.data?.['value'], '2');
  await t.throwsAsync(client.update(configMaps, { ...a, data: { value: '3' } }), { message: /409 Conflict/ });
  const applied = await client.patch(
    configMaps,
    { namespace, name: 'd' },
    { type: 'apply', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'd' }, data: { value: '4' } } },
    { fieldManager: 'test' },
  );
  t.is(applied.data?.['value'], '4');
  const test = client.patch(
    configMaps,
    { namespace, name: 'd' },
    { type: 'json', body: [{ op: 'test', path: '/data/value', value: 'no' }] },
  );
  const refused = await t.throwsAsync(test);
  t.true(isKubeError(refused, 'Invalid'));
  await t.throwsAsync(client.delete(configMaps, { namespace, name: 'a' }, { preconditions: { uid: 'another' } }), {
    message: /409 Conflict/,
  });
  await client.delete(configMaps, { namespace, name: 'a' });
  t.is(await client.find(configMaps, { namespace, name: 'a' }), undefined);
  await client.deleteCollection(configMaps, { namespace, fieldSelector: 'metadata.name!=kube-root-ca.crt' });
  t.deepEqual(
    (await client.list(configMaps, { namespace, fieldSelector: 'metadata.name!=kube-root-ca.crt' })).items,
    [],
  );
});

test('a kubeconfig with a tokenFile is good for kubectl and for this client alike, and both see a new token', async (t) => {
  const { cluster } = t.context;
  const tokenFile = join(cluster.nursery.directory, 'rotated-token');
  const kubeconfig = cluster.writeKubeconfig('with-token-file', { tokenFile });
  const whoAmI = async () => {
    await using client = createKubeClient(loadKubeConfig({ kubeconfig }));
    const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
    const review = await client.request({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { status } = (await review.json()) as { status: { userInfo: { username: string } } };
    const kubectl = await cluster.kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'], {
      kubeconfig,
    });
    return [status.userInfo.username, kubectl];
  };
  writeFileSync(tokenFile, cluster.adminToken);
  t.deepEqual(await whoAmI(), ['admin', 'admin']);
  // The default one is made by a controller, at its own time.
  await cluster.kubectl(['create', 'serviceaccount', 'successor']);
  const { token } = await cluster.boundToken({ namespace: 'default', serviceAccount: 'successor' });
  writeFileSync(tokenFile, `${token}\n`);
  const account = 'system:serviceaccount:default:successor';
  t.deepEqual(await whoAmI(), [account, account]);
});

test('a field that does not exist is refused, not dropped', async (t) => {
  const namespace = await ownNamespace(t);
  const odd = { metadata: { name: 'odd', namespace }, dat: {} };
  await t.throwsAsync(t.context.client.create(configMaps, odd), { message: /unknown field "dat"/ });
});

test('metadata alone is listed and watched where that is enough', async (t) => {
  const { client } = t.context;
  const namespace = await ownNamespace(t);
  const made = await put(t, namespace, 'a', '1');
  const only = { namespace, fieldSelector: 'metadata.name=a', metadataOnly: true };
  const { items, resourceVersion } = await client.list(configMaps, only);
  t.deepEqual(
    items.map(({ metadata, data }) => [metadata.uid, data]),
    [[made.metadata.uid, undefined]],
  );
  const changed = await change(t, namespace, 'a', '2');
  const signal = AbortSignal.timeout(60_000);
  for await (const event of client.watch(configMaps, { ...only, resourceVersion, signal })) {
    if (event.type === 'BOOKMARK') continue;
    t.is(event.object.metadata.resourceVersion, changed.metadata.resourceVersion);
    t.is(event.object.data, undefined);
    break;
  }
});

test('an informer follows additions, changes and deletions', async (t) => {
  const { namespace, changes, holds } = await follow(t);
  await put(t, namespace, 'a', '1');
  await change(t, namespace, 'a', '2');
  await holds('a=2');
  await t.context.client.delete(configMaps, { namespace, name: 'a' });
  await holds();
  t.deepEqual(changes, ['added a=1', 'updated a=2', 'deleted a=2']);
});

test('watches that are reset go on where they were, without a new list', async (t) => {
  const { namespace, proxy, changes, holds } = await follow(t);
  await put(t, namespace, 'a', '1');
  await holds('a=1');
  const lists = () => proxy.requests.filter((request) => !request.isWatch).length;
  const before = lists();
  for (let i = 2; i <= 5; i++) {
    await proxy.cutWatches();
    await change(t, namespace, 'a', String(i));
    await holds(`a=${i}`);
  }
  t.is(lists(), before);
  t.deepEqual(changes, ['added a=1', 'updated a=2', 'updated a=3', 'updated a=4', 'updated a=5']);
});

test('5xx on list and watch, and connections refused, are waited out', async (t) => {
  let left = 4;
  const { namespace, proxy, errors, holds } = await follow(t, {
    async prepare(_, proxy) {
      proxy.fault = () => (left-- > 0 ? { answer: 500, reason: 'InternalError' } : undefined);
    },
  });
  t.deepEqual([...new Set(errors)], ['list: InternalError']);
  left = 3;
  await proxy.cutWatches();
  await put(t, namespace, 'a', '1');
  await holds('a=1');
  t.true(errors.includes('watch: InternalError'));
});

test('410 on a watch: lists again, and what was deleted meanwhile is told', async (t) => {
  const { namespace, proxy, changes, holds } = await follow(t);
  await put(t, namespace, 'a', '1');
  await put(t, namespace, 'b', '1');
  await holds('a=1', 'b=1');
  // Nothing gets through until the world has changed.
  proxy.fault = () => ({ answer: 503, reason: 'ServiceUnavailable' });
  await proxy.cutWatches();
  await t.context.client.delete(configMaps, { namespace, name: 'a' });
  await change(t, namespace, 'b', '2');
  proxy.fault = (request) =>
    request.isWatch && request.url.includes('resourceVersion') && expired-- > 0
      ? { answer: 410, reason: 'Expired' }
      : undefined;
  let expired = 1;
  await holds('b=2');
  t.deepEqual(changes.slice(2), ['deleted a=1', 'updated b=2']);
});

test('an object deleted and made anew while nobody watched is a deletion and an addition', async (t) => {
  const { namespace, proxy, changes, holds } = await follow(t);
  await put(t, namespace, 'a', '1');
  await holds('a=1');
  let expired = 1;
  proxy.fault = () => ({ answer: 503, reason: 'ServiceUnavailable' });
  await proxy.cutWatches();
  await t.context.client.delete(configMaps, { namespace, name: 'a' });
  await put(t, namespace, 'a', '2');
  proxy.fault = (request) => (request.isWatch && expired-- > 0 ? { answer: 410, reason: 'Expired' } : undefined);
  await holds('a=2');
  t.deepEqual(changes, ['added a=1', 'deleted a=1', 'added a=2']);
});

for (const fault of ['silence', 'drip'] as const) {
  test(`a watch that ${fault === 'drip' ? 'drips bytes without ever finishing a line' : 'falls silent'} is given up and opened again`, async (t) => {
    let broken = 1;
    const { namespace, errors, holds } = await follow(t, {
      stallTimeoutMs: 2_000,
      async prepare(_, proxy) {
        proxy.fault = (request) => (request.isWatch && broken-- > 0 ? fault : undefined);
      },
    });
    await put(t, namespace, 'a', 'x'.repeat(500));
    await holds(`a=${'x'.repeat(500)}`);
    t.is(errors[0], 'watch: StreamBroken');
  });
}

test('a list that is cut off in its middle deletes nothing and is made again', async (t) => {
  let cut = 0;
  const { namespace, proxy, changes, holds } = await follow(t, {
    async prepare(namespace) {
      for (const name of ['a', 'b', 'c']) await put(t, namespace, name, '1');
    },
  });
  proxy.fault = (request) => {
    if (request.isWatch) return cut === 0 ? { answer: 410, reason: 'Expired' } : undefined;
    return cut++ === 0 ? { cutAfterBytes: 300 } : undefined;
  };
  await proxy.cutWatches();
  await put(t, namespace, 'd', '1');
  await holds('a=1', 'b=1', 'c=1', 'd=1');
  t.true(cut >= 2);
  t.false(changes.some((each) => each.startsWith('deleted')));
});

test('a handler that throws costs neither the others their event nor the informer its life', async (t) => {
  const { namespace, informer, errors, holds } = await follow(t);
  informer.onChange(() => {
    throw new Error('broken handler');
  });
  const seen: string[] = [];
  informer.onChange((each) => seen.push(each.record));
  await put(t, namespace, 'a', '1');
  await put(t, namespace, 'b', '1');
  await holds('a=1', 'b=1');
  t.deepEqual(seen, ['a=1', 'b=1']);
  t.is(errors.filter((error) => error.includes('broken handler')).length, 2);
});

test('a write is seen in the store before its event comes, once, and a late observation brings nothing back', async (t) => {
  const { namespace, proxy, informer, changes, made, holds } = await follow(t);
  const first = await put(t, namespace, 'a', '1');
  await holds('a=1');
  proxy.fault = (request) => (request.isWatch ? { answer: 503, reason: 'ServiceUnavailable' } : undefined);
  await proxy.cutWatches();
  informer.observe(await change(t, namespace, 'a', '2'));
  t.is(informer.get(`${namespace}/a`), 'a=2');
  proxy.fault = () => undefined;
  await put(t, namespace, 'b', '1');
  await holds('a=2', 'b=1');
  t.deepEqual(changes, ['added a=1', 'updated a=2', 'added b=1']);
  // The event of the write came as well; it was known to be nothing new.
  t.deepEqual(made, ['a=1', 'a=2', 'b=1']);
  await t.context.client.delete(configMaps, { namespace, name: 'a' });
  await holds('b=1');
  informer.observe(first);
  t.is(informer.get(`${namespace}/a`), undefined);
});

test('a write refused with 429 is sent again as asked; one whose connection broke is reported, executed or not', async (t) => {
  const { cluster } = t.context;
  const namespace = await ownNamespace(t);
  await using proxy = await startFaultProxy(cluster);
  await using client = createKubeClient(
    loadKubeConfig({ kubeconfig: cluster.kubeconfig, server: proxy.url, token: cluster.adminToken }),
  );
  let refused = 2;
  proxy.fault = () =>
    refused-- > 0 ? { answer: 429, reason: 'TooManyRequests', headers: { 'retry-after': '0' } } : undefined;
  await client.create(configMaps, { metadata: { name: 'a', namespace } });
  t.is(proxy.requests.length, 3);
  proxy.fault = () => 'resetAfterExecution';
  const error = await t.throwsAsync(client.create(configMaps, { metadata: { name: 'b', namespace } }));
  t.true(isKubeError(error, 'ConnectionFailed'));
  t.is(proxy.requests.length, 4);
  proxy.fault = () => undefined;
  t.truthy(await client.find(configMaps, { namespace, name: 'b' }));
});

test('one leader at a time; a released lease is taken over at once, a silent one when its time is over', async (t) => {
  const { client } = t.context;
  const namespace = await ownNamespace(t);
  let leaders = 0;
  let most = 0;
  const candidate = (identity: string, durationMs: number, lost?: () => boolean) => {
    const stop = new AbortController();
    const leading = Promise.withResolvers<Leadership>();
    const run = runLeaderElection(
      {
        client: lost ? failingWhen(client, lost) : client,
        namespace,
        name: 'lease',
        identity,
        leaseDurationMs: durationMs,
        renewDeadlineMs: durationMs * 0.75,
        retryPeriodMs: 100,
        async lead(leadership) {
          most = Math.max(most, ++leaders);
          leading.resolve(leadership);
          await new Promise<void>((resolve) =>
            leadership.signal.addEventListener('abort', () => resolve(), { once: true }),
          );
          leaders--;
        },
      },
      { signal: stop.signal },
    );
    return {
      leading: leading.promise,
      stop: async () => {
        stop.abort();
        await run;
      },
    };
  };
  let cutOff = false;
  const a = candidate('a', 600_000);
  const first = await a.leading;
  t.true(first.isLeader());
  const b = candidate('b', 3_000, () => cutOff);
  await a.stop();
  t.false(first.isLeader());
  // Not after the ten minutes for which it was not released.
  const second = await b.leading;
  const c = candidate('c', 3_000);
  cutOff = true;
  await c.leading;
  t.false(second.isLeader());
  t.is(most, 1);
  await Promise.all([b.stop(), c.stop()]);
});

/** The same client, cut off from the API server at will. */
function failingWhen(client: KubeClient, lost: () => boolean): KubeClient {
  const cut =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      lost() ? Promise.reject(new Error('cut off')) : call(...args);
  return {
    ...client,
    find: cut(client.find) as KubeClient['find'],
    update: cut(client.update) as KubeClient['update'],
  };
}

test('the same event again becomes a series of the first', async (t) => {
  const { client } = t.context;
  const namespace = await ownNamespace(t);
  const { metadata } = await put(t, namespace, 'a', '1');
  {
    await using recorder = createEventRecorder({
      client,
      controller: 'nicdiag.dev/test',
      instance: 'i'.repeat(200),
      onError: (error) => t.fail(String(error)),
    });
    const regarding = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace, uid: metadata.uid };
    for (let i = 0; i < 3; i++)
      recorder.record({ regarding, type: 'Warning', reason: 'Tested', action: 'Test', note: 'x'.repeat(2000) });
    recorder.record({ regarding, type: 'Normal', reason: 'Other', action: 'Test', note: 'y' });
    // They are written one after another; closing the recorder gives the last of them two seconds only.
    while ((await client.list(events, { namespace })).items.length < 2) await setTimeout(20);
  }
  const { items } = await client.list(events, { namespace });
  t.deepEqual(items.map((event) => [event.reason, event.series?.count]).sort(), [
    ['Other', undefined],
    ['Tested', 3],
  ]);
});
