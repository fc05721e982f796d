import { findCondition } from '@nicdiag/kube';
import anyTest, { type TestFn } from 'ava';
import { reasonOf } from './operator/captureFacts.ts';
import { type OperatorBench, startOperatorBench } from './operator/operatorBench.ts';
import { captures, nicNodes, nodeCaptures } from './operator/resources.ts';

/** The operator as a process on a real API server; the agents are played by the test. Each test has nodes of its own. */
const test = anyTest as TestFn<{ bench: OperatorBench }>;

const devices = { functions: ['PF' as const], linkState: 'Any' as const };
const named = (...nodeNames: string[]) => ({ target: { nodeNames, devices } });

test.before(async (t) => {
  t.timeout(600_000);
  const bench = await startOperatorBench('operator');
  t.context = { bench };
  await bench.startOperator();
});

test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());

test('a capture of all nodes of a pool: one NodeCapture each, folded, finished, sealed', async (t) => {
  const { bench } = t.context;
  for (const name of ['one-a', 'one-b', 'one-c']) await bench.addNode(name, { labels: { pool: 'one' } });
  const created = await bench.capture('one', { target: { nodeSelector: { matchLabels: { pool: 'one' } }, devices } });
  const { status } = await bench.finished('one');
  t.is(status?.progress, '3/3');
  t.is(status?.totalBytes, 3000);
  t.is(reasonOf(status), 'True AllSucceeded');
  const children = await bench.children('one');
  t.deepEqual(children.map((child) => child.spec.nodeName).sort(), ['one-a', 'one-b', 'one-c']);
  t.true(children.every((child) => child.status?.state === 'Succeeded'));
  const sealed = await bench.until(
    'one',
    (capture) => findCondition(capture.status?.conditions, 'Sealed')?.status === 'True',
  );
  t.is(sealed.status?.manifest?.sizeBytes, 1234);
  t.deepEqual(
    bench.sealServer.requests
      .get(created.metadata.uid)?.[0]
      ?.nodes?.map((node) => node.name)
      .sort(),
    ['one-a', 'one-b', 'one-c'],
  );
});

test('the operator writes three times for each node: create, assign, unassign', async (t) => {
  const { bench } = t.context;
  await bench.addNode('writes-a');
  await bench.capture('writes', named('writes-a'));
  await bench.finished('writes');
  const inbox = await bench.follow(
    nicNodes,
    { name: 'writes-a' },
    (nicNode) => nicNode?.spec.assignments?.length === 0,
  );
  // Generation counts spec writes: made with its assignment, emptied.
  t.is(inbox?.metadata.generation, 2);
  const [child] = await bench.children('writes');
  t.is(child?.metadata.generation, 1);
});

test('at most maxNodes NodeCaptures that have not ended, until all nodes had their turn', async (t) => {
  const { bench } = t.context;
  const names = ['fan-a', 'fan-b', 'fan-c', 'fan-d', 'fan-e'];
  const agents = await Promise.all(names.map((name) => bench.addNode(name, { behaviour: 'hang' })));
  await bench.capture('fan', { ...named(...names), parallelism: { maxNodes: 2 } });
  for (let ended = 0; ended < names.length; ) {
    const running = Math.min(2, names.length - ended);
    const pending = names.length - ended - running;
    await bench.until('fan', ({ status }) => status?.counts?.running === running && status.counts.pending === pending);
    const children = await bench.children('fan');
    t.is(children.filter((child) => child.status?.finishedAt === undefined).length, running);
    for (const agent of agents) await agent.release({ state: 'Succeeded', reason: 'Succeeded' });
    ended += running;
  }
  t.is(reasonOf((await bench.finished('fan')).status), 'True AllSucceeded');
});

test('a node that does not exist, one without an agent and one whose agent is too old fail by themselves; the rest succeeds', async (t) => {
  const { bench } = t.context;
  await bench.addNode('mix-good');
  await bench.cluster.createNode('mix-bare');
  const old = await bench.addNode('mix-old', { collectors: ['CapabilityDump'] });
  // Its agent describes itself once it has an inbox.
  await bench.capture('mix-first', named('mix-old'));
  await bench.follow(nicNodes, { name: 'mix-old' }, (nicNode) => nicNode?.status?.agent !== undefined);
  await bench.capture('mix', named('mix-good', 'mix-bare', 'mix-old', 'mix-nowhere'));
  const { status } = await bench.finished('mix');
  t.is(reasonOf(status), 'False Partial');
  t.deepEqual(
    status?.failures?.map((failure) => `${failure.node} ${failure.reason}`),
    ['mix-bare AgentMissing', 'mix-nowhere NodeNotFound', 'mix-old AgentTooOld'],
  );
  t.is([...old.seen.keys()].length, 1);
});

test('no node matches: ends at once with nothing done', async (t) => {
  const { bench } = t.context;
  await bench.capture('nobody', { target: { nodeSelector: { matchLabels: { pool: 'nobody' } }, devices } });
  const { status } = await bench.finished('nobody');
  t.is(reasonOf(status), 'False NoNodeMatches');
  t.is(findCondition(status?.conditions, 'Stalled')?.status, 'True');
  t.is(status?.progress, '0/0');
});

test('cancelled: the agent at work is told and ends it, what waited never begins', async (t) => {
  const { bench } = t.context;
  const agent = await bench.addNode('stop-a', { behaviour: 'hang' });
  await bench.addNode('stop-b', { behaviour: 'hang' });
  await bench.capture('stop', { ...named('stop-a', 'stop-b'), parallelism: { maxNodes: 1 } });
  await bench.until('stop', (capture) => capture.status?.counts?.running === 1);
  await bench.client.patch(
    captures,
    { namespace: 'default', name: 'stop' },
    { type: 'merge', body: { spec: { cancel: true } } },
  );
  const { status } = await bench.finished('stop');
  t.is(reasonOf(status), 'False Cancelled');
  t.is(status?.counts?.cancelled, 2);
  t.is(status?.observedGeneration, 2);
  t.true([...agent.seen.values()].some((assignment) => assignment.cancel));
  t.is((await bench.children('stop')).length, 1);
});

test('cancelled while its agent is away: the operator ends it', async (t) => {
  const { bench } = t.context;
  const agent = await bench.addNode('stop-away', { behaviour: 'deaf' });
  await bench.capture('stop-away', named('stop-away'));
  await bench.follow(nicNodes, { name: 'stop-away' }, (nicNode) => nicNode?.spec.assignments?.length === 1);
  await agent.setReady(false);
  await bench.client.patch(
    captures,
    { namespace: 'default', name: 'stop-away' },
    { type: 'merge', body: { spec: { cancel: true } } },
  );
  t.is(reasonOf((await bench.finished('stop-away')).status), 'False Cancelled');
});

test('deleted: the NodeCaptures go and the inbox is emptied', async (t) => {
  const { bench } = t.context;
  await bench.addNode('gone-a', { behaviour: 'hang' });
  await bench.capture('gone', named('gone-a'));
  await bench.until('gone', (capture) => capture.status?.counts?.running === 1);
  const [child] = await bench.children('gone');
  await bench.client.delete(captures, { namespace: 'default', name: 'gone' });
  await bench.follow(
    nodeCaptures,
    { namespace: 'default', name: child!.metadata.name },
    (object) => object === undefined,
  );
  const inbox = await bench.follow(nicNodes, { name: 'gone-a' }, (nicNode) => nicNode?.spec.assignments?.length === 0);
  t.truthy(inbox);
});

test('an agent that is away by the node deadline is lost; one that only restarts is not', async (t) => {
  const { bench } = t.context;
  const lost = await bench.addNode('lost-a', { behaviour: 'deaf' });
  const back = await bench.addNode('lost-b', { behaviour: 'hang' });
  await bench.capture('lost', { ...named('lost-a', 'lost-b'), nodeDeadline: '15s' });
  await bench.until('lost', (capture) => capture.status?.counts?.running === 1);
  await Promise.all([lost.setReady(false), back.setReady(false)]);
  await back.setReady(true);
  await back.release({ state: 'Succeeded', reason: 'Succeeded' });
  const { status } = await bench.finished('lost');
  t.is(reasonOf(status), 'False Partial');
  t.deepEqual(
    status?.failures?.map((failure) => `${failure.node} ${failure.reason}`),
    ['lost-a AgentLost'],
  );
});

test('an agent that is there and does not end: the node deadline ends it after its last word', async (t) => {
  const { bench } = t.context;
  await bench.addNode('slow-a', { behaviour: 'hang' });
  await bench.capture('slow', { ...named('slow-a'), nodeDeadline: '1s' });
  t.is(reasonOf((await bench.finished('slow')).status), 'False NodeDeadlineExceeded');
});

test('the deadline of the capture ends all of it, nodes that never began included', async (t) => {
  const { bench } = t.context;
  await bench.addNode('late-a', { behaviour: 'hang' });
  await bench.addNode('late-b');
  await bench.capture('late', { ...named('late-a', 'late-b'), parallelism: { maxNodes: 1 }, deadline: '5s' });
  const { status } = await bench.finished('late');
  t.is(reasonOf(status), 'False DeadlineExceeded');
  t.deepEqual(
    status?.failures?.map((failure) => `${failure.node} ${failure.reason}`),
    ['late-a DeadlineExceeded', 'late-b DeadlineExceeded'],
  );
  t.is((await bench.children('late')).length, 1);
});

test('a NicNode deleted by hand is made again with the same assignment and its time', async (t) => {
  const { bench } = t.context;
  const agent = await bench.addNode('inbox-a', { behaviour: 'hang' });
  await bench.capture('inbox', named('inbox-a'));
  await bench.until('inbox', (capture) => capture.status?.counts?.running === 1);
  const before = await bench.client.get(nicNodes, { name: 'inbox-a' });
  await bench.client.delete(nicNodes, { name: 'inbox-a' });
  const after = await bench.follow(
    nicNodes,
    { name: 'inbox-a' },
    (nicNode) => nicNode !== undefined && nicNode.metadata.uid !== before.metadata.uid,
  );
  t.deepEqual(after?.spec.assignments, before.spec.assignments);
  await agent.release({ state: 'Succeeded', reason: 'Succeeded' });
  t.is(reasonOf((await bench.finished('inbox')).status), 'True AllSucceeded');
});

test('a Node deleted while the capture runs: that node fails, the others succeed, its NicNode goes with it', async (t) => {
  const { bench } = t.context;
  await bench.addNode('del-a', { behaviour: 'hang' });
  await bench.addNode('del-b');
  await bench.capture('del', named('del-a', 'del-b'));
  await bench.until('del', (capture) => capture.status?.counts?.running === 1);
  await bench.cluster.kubectl(['delete', 'node', 'del-a', '--wait=false']);
  const { status } = await bench.finished('del');
  t.is(reasonOf(status), 'False Partial');
  t.deepEqual(
    status?.failures?.map((failure) => `${failure.node} ${failure.reason}`),
    ['del-a NodeDeleted'],
  );
  t.is(await bench.follow(nicNodes, { name: 'del-a' }, (nicNode) => nicNode === undefined), undefined);
});

test('the first terminal status wins: what the operator ended stays as it is when the agent comes back', async (t) => {
  const { bench } = t.context;
  const agent = await bench.addNode('first-a', { behaviour: 'hang' });
  await bench.capture('first', { ...named('first-a'), nodeDeadline: '1s' });
  await bench.finished('first');
  await agent.release({ state: 'Succeeded', reason: 'Succeeded' });
  t.is((await bench.children('first'))[0]?.status?.reason, 'NodeDeadlineExceeded');
});

test('a NodeCapture that the operator did not make is ignored, though it names the capture', async (t) => {
  const { bench } = t.context;
  const agent = await bench.addNode('forged-a', { behaviour: 'hang' });
  await bench.addNode('forged-b');
  await bench.capture('forged', named('forged-a'));
  await bench.until('forged', (capture) => capture.status?.counts?.running === 1);
  const [mine] = await bench.children('forged');
  const { labels, ownerReferences } = mine!.metadata;
  const forged = {
    apiVersion: mine!.apiVersion,
    kind: mine!.kind,
    metadata: { name: 'forged-forged', namespace: 'default', labels: labels!, ownerReferences: ownerReferences! },
    spec: { ...mine!.spec, nodeName: 'forged-b' },
  };
  await bench.asOperator.create(nodeCaptures, forged);
  await agent.release({ state: 'Succeeded', reason: 'Succeeded' });
  const { status } = await bench.finished('forged');
  t.is(status?.progress, '1/1');
  t.is(await bench.client.find(nicNodes, { name: 'forged-b' }), undefined);
});

test('a finished capture is deleted when its time to live is over, unless it is held', async (t) => {
  const { bench } = t.context;
  await bench.addNode('ttl-a');
  await bench.capture('ttl-held', { ...named('ttl-a'), retention: { ttlAfterFinished: '1s', hold: true } });
  await bench.capture('ttl', { ...named('ttl-a'), retention: { ttlAfterFinished: '1s', hold: false } });
  await bench.finished('ttl-held');
  await bench.follow(captures, { namespace: 'default', name: 'ttl' }, (capture) => capture === undefined);
  t.truthy(await bench.client.find(captures, { namespace: 'default', name: 'ttl-held' }));
  await bench.client.patch(
    captures,
    { namespace: 'default', name: 'ttl-held' },
    { type: 'merge', body: { spec: { retention: { hold: false } } } },
  );
  await bench.follow(captures, { namespace: 'default', name: 'ttl-held' }, (capture) => capture === undefined);
});

test('events tell the owner of a capture what happened', async (t) => {
  const { bench } = t.context;
  await bench.capture('told', named('told-nowhere'));
  await bench.finished('told');
  const reasons = () =>
    bench.cluster.kubectl([
      'get',
      'events',
      '--field-selector=involvedObject.name=told',
      '-o',
      'jsonpath={.items[*].reason}',
    ]);
  const deadline = Date.now() + 60_000;
  let told = await reasons();
  while (told.split(' ').length < 3 && Date.now() < deadline) told = await reasons();
  t.deepEqual(told.split(' ').sort(), ['Accepted', 'AllFailed', 'NodeFailed']);
});
