import { setTimeout } from 'node:timers/promises';
import { findCondition, leases } from '@nicdiag/kube';
import anyTest, { type TestFn } from 'ava';
import { startFaultProxy } from './kube/faultProxy.ts';
import { reasonOf } from './operator/captureFacts.ts';
import { succeeded } from './operator/fakeAgent.ts';
import { BRIEF_LEASE, LEASE, type OperatorBench, startOperatorBench } from './operator/operatorBench.ts';
import { captures, nicNodes, nodeCaptures } from './operator/resources.ts';

/** Operators that are killed, paused or cut off. One after another: they share a lease. */
const test = anyTest as TestFn<{ bench: OperatorBench }>;

const devices = { functions: ['PF' as const], linkState: 'Any' as const };
const named = (...nodeNames: string[]) => ({ target: { nodeNames, devices } });

test.before(async (t) => {
  t.timeout(600_000);
  t.context = { bench: await startOperatorBench('operator-restarts') };
});

test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());

/** Points that a capture passes on its way to the seal. */
const passed = [
  'operator.before-accept',
  'operator.after-accept',
  'operator.child-created',
  'operator.refused-child-created',
  'operator.child-ended',
  'operator.inbox-written',
  'operator.inbox-written:2',
  'operator.before-status',
  'operator.after-finish',
  'operator.before-seal',
  'operator.after-seal',
  'operator.after-status',
];

for (const [index, point] of passed.entries()) {
  test.serial(`killed at ${point}: the next operator goes on as if nothing had happened`, async (t) => {
    const { bench } = t.context;
    const agents = await Promise.all([bench.addNode(`crash-${index}-a`), bench.addNode(`crash-${index}-b`)]);
    const doomed = await bench.startOperator({ name: 'doomed', env: { NICDIAG_CRASH_AT: point } });
    const name = `crash-${index}`;
    await bench.capture(name, named(`crash-${index}-a`, `crash-${index}-b`, `crash-${index}-nowhere`));
    t.is((await doomed.ended).signal, 'SIGKILL');
    await bench.freeLease();
    const successor = await bench.startOperator({ name: 'successor' });
    const { status } = await bench.until(
      name,
      (capture) => findCondition(capture.status?.conditions, 'Sealed')?.status === 'True',
    );
    t.is(reasonOf(status), 'False Partial');
    t.like(status?.counts, { targeted: 3, succeeded: 2, failed: 1 });
    t.deepEqual(
      status?.failures?.map((failure) => `${failure.node} ${failure.reason}`),
      [`crash-${index}-nowhere NodeNotFound`],
    );
    t.deepEqual((await bench.children(name)).map((child) => child.spec.nodeName).sort(), [
      `crash-${index}-a`,
      `crash-${index}-b`,
      `crash-${index}-nowhere`,
    ]);
    for (const agent of agents) t.is(agent.seen.size, 1);
    t.is((await successor.stop()).code, 0);
  });
}

test.serial('killed after it deleted the children of a deleted capture: nothing is left', async (t) => {
  const { bench } = t.context;
  await bench.addNode('swept-a', { behaviour: 'hang' });
  const doomed = await bench.startOperator({ name: 'doomed', env: { NICDIAG_CRASH_AT: 'operator.children-deleted' } });
  await bench.capture('swept', named('swept-a'));
  await bench.until('swept', (capture) => capture.status?.counts?.running === 1);
  const [child] = await bench.children('swept');
  await bench.client.delete(captures, { namespace: 'default', name: 'swept' });
  t.is((await doomed.ended).signal, 'SIGKILL');
  await bench.freeLease();
  const successor = await bench.startOperator({ name: 'successor' });
  await bench.follow(
    nodeCaptures,
    { namespace: 'default', name: child!.metadata.name },
    (object) => object === undefined,
  );
  await bench.follow(nicNodes, { name: 'swept-a' }, (nicNode) => nicNode?.spec.assignments?.length === 0);
  await successor.stop();
  t.pass();
});

test.serial('a capture deleted while no operator ran: the next one deletes its children', async (t) => {
  const { bench } = t.context;
  await bench.addNode('orphan-a', { behaviour: 'hang' });
  const first = await bench.startOperator();
  await bench.capture('orphan', named('orphan-a'));
  await bench.until('orphan', (capture) => capture.status?.counts?.running === 1);
  const [child] = await bench.children('orphan');
  await first.stop();
  // Orphan: garbage collection takes no part.
  await bench.client.delete(captures, { namespace: 'default', name: 'orphan' }, { propagationPolicy: 'Orphan' });
  const second = await bench.startOperator();
  await bench.follow(
    nodeCaptures,
    { namespace: 'default', name: child!.metadata.name },
    (object) => object === undefined,
  );
  await second.stop();
  t.pass();
});

test.serial('the leader killed with a second replica waiting: that one goes on', async (t) => {
  const { bench } = t.context;
  const agent = await bench.addNode('fail-a', { behaviour: 'hang' });
  const leader = await bench.startOperator({ name: 'leader', args: BRIEF_LEASE });
  await bench.capture('fail', named('fail-a'));
  await bench.until('fail', (capture) => capture.status?.counts?.running === 1);
  const standby = await bench.startOperator({ name: 'standby', args: BRIEF_LEASE });
  leader.kill('SIGKILL');
  await leader.ended;
  await agent.release({ state: 'Succeeded', reason: 'Succeeded' });
  t.is(reasonOf((await bench.finished('fail')).status), 'True AllSucceeded');
  t.is(agent.seen.size, 1);
  await standby.stop();
});

test.serial('a leader that was paused while another took over ends itself', async (t) => {
  const { bench } = t.context;
  const paused = await bench.startOperator({ name: 'paused', args: BRIEF_LEASE });
  await bench.follow(leases, LEASE, (object) => Boolean(object?.spec?.holderIdentity));
  const first = (await bench.client.get(leases, LEASE)).spec?.holderIdentity;
  const other = await bench.startOperator({ name: 'other', args: BRIEF_LEASE });
  paused.kill('SIGSTOP');
  await bench.follow(leases, LEASE, (object) => ![first, '', undefined].includes(object?.spec?.holderIdentity));
  paused.kill('SIGCONT');
  t.is((await paused.ended).code, 1);
  t.regex(paused.tail(5), /LeadershipLost/);
  await other.stop();
});

test.serial('the API server restarted in mid-capture is no more than a delay', async (t) => {
  const { bench } = t.context;
  const agent = await bench.addNode('api-a', { behaviour: 'hang' });
  await bench.addNode('api-b');
  const operator = await bench.startOperator();
  await bench.capture('api', { ...named('api-a', 'api-b'), parallelism: { maxNodes: 1 } });
  await bench.until('api', (capture) => capture.status?.counts?.running === 1);
  await bench.cluster.restartApiServer('SIGKILL');
  await agent.release({ state: 'Succeeded', reason: 'Succeeded' });
  t.is(reasonOf((await bench.finished('api')).status), 'True AllSucceeded');
  await operator.stop();
});

test.serial('watches cut, 410, 429 and connections reset in mid-capture are no more than a delay', async (t) => {
  const { bench } = t.context;
  await using proxy = await startFaultProxy(bench.cluster);
  const agents = await Promise.all(
    ['net-a', 'net-b', 'net-c', 'net-d'].map((name) => bench.addNode(name, { behaviour: 'hang' })),
  );
  const operator = await bench.startOperator({ server: proxy.url });
  await bench.capture('net', { ...named('net-a', 'net-b', 'net-c', 'net-d'), parallelism: { maxNodes: 2 } });
  let count = 0;
  proxy.fault = (request) => {
    if (request.url.includes('/leases/')) return undefined;
    count++;
    if (request.isWatch) return count % 3 === 0 ? { answer: 410, reason: 'Expired' } : undefined;
    if (count % 4 === 0) return { answer: 429, reason: 'TooManyRequests', headers: { 'retry-after': '0' } };
    if (count % 5 === 0) return 'reset';
    return count % 7 === 0 ? 'resetAfterExecution' : undefined;
  };
  for (let ended = 0; ended < 4; ended += 2) {
    await bench.until('net', ({ status }) => status?.counts?.running === 2 && status.counts.succeeded === ended);
    await proxy.cutWatches();
    for (const agent of agents) await agent.release({ state: 'Succeeded', reason: 'Succeeded' });
  }
  const { status } = await bench.finished('net');
  t.is(reasonOf(status), 'True AllSucceeded');
  for (const agent of agents) t.is(agent.seen.size, 1);
  await operator.stop();
});

test.serial('three writes a node and at most one status a second and capture, counted on the wire', async (t) => {
  const { bench } = t.context;
  await using proxy = await startFaultProxy(bench.cluster);
  const names = Array.from({ length: 8 }, (_, i) => `wire-${i}`);
  await Promise.all(names.map((name) => bench.addNode(name)));
  const operator = await bench.startOperator({ server: proxy.url });
  const started = performance.now();
  await bench.capture('wire', { ...named(...names), parallelism: { maxNodes: 3 } });
  await bench.until('wire', (capture) => findCondition(capture.status?.conditions, 'Sealed')?.status === 'True');
  for (const name of names)
    await bench.follow(nicNodes, { name }, (nicNode) => nicNode?.spec.assignments?.length === 0);
  const seconds = Math.ceil((performance.now() - started) / 1000);
  const writes = proxy.requests.filter((request) => request.method !== 'GET');
  // The operator before this one may have left inboxes to be emptied.
  const counted = writes.filter(({ url }) => /nodecaptures|nicnodes/.test(url) && !/nicnodes\/(?!wire-)/.test(url));
  t.is(counted.length, 3 * names.length, counted.map(({ method, url }) => `${method} ${url}`).join('\n'));
  // Acceptance, end and seal are written at once, everything between once a second.
  t.true(writes.filter((request) => request.url.includes('/diagnosticcaptures/')).length <= seconds + 3);
  await operator.stop();
});

test.serial('a store that is away: the capture has finished, its seal is tried again until it is there', async (t) => {
  const { bench } = t.context;
  await bench.addNode('seal-a');
  bench.sealServer.failing = true;
  const operator = await bench.startOperator();
  await bench.capture('seal', named('seal-a'));
  const failed = await bench.until(
    'seal',
    (capture) => findCondition(capture.status?.conditions, 'Sealed')?.reason === 'SealFailed',
  );
  t.truthy(failed.status?.finishedAt);
  t.is(reasonOf(failed.status), 'True AllSucceeded');
  bench.sealServer.failing = false;
  const sealed = await bench.until('seal', (capture) => capture.status?.manifest !== undefined);
  t.is(findCondition(sealed.status?.conditions, 'Sealed')?.status, 'True');
  await operator.stop();
});

test.serial('evidence comes after the seal: the status follows to the newest revision', async (t) => {
  const { bench } = t.context;
  const behaviour = { ...succeeded, state: 'Partial' as const, reason: 'UploadFailed' };
  await bench.addNode('late-a', { behaviour });
  await bench.addNode('late-b');
  const operator = await bench.startOperator({ args: ['--reseal-interval=100ms'] });
  const { metadata } = await bench.capture('late', named('late-a', 'late-b'));
  const sealed = await bench.until('late', (capture) => capture.status?.manifest !== undefined);
  bench.sealServer.digest = `sha256:${'6'.repeat(64)}`;
  const { status } = await bench.until(
    'late',
    (capture) => capture.status?.manifest?.digest === bench.sealServer.digest,
  );
  t.deepEqual({ ...status, manifest: null }, { ...sealed.status, manifest: null });
  const [first, ...later] = bench.sealServer.requests.get(metadata.uid) ?? [];
  t.is(first?.nodes?.length, 2);
  for (const request of later) t.deepEqual(request, {});
  // Nothing of this one may come late.
  const { metadata: complete } = await bench.capture('complete', named('late-b'));
  await bench.until('complete', (capture) => capture.status?.manifest !== undefined);
  const asked = later.length;
  while ((bench.sealServer.requests.get(metadata.uid)?.length ?? 0) < asked + 4) await setTimeout(20);
  t.is(bench.sealServer.requests.get(complete.uid)?.length, 1);
  await operator.stop();
});
