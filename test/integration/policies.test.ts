import { NODE_CLAIMS, nicDeviceName } from '@nicdiag/api';
import { startCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import {
  AGENT,
  API,
  create,
  kubectlAs,
  OPERATOR,
  ownedDevice,
  type Policed,
  patch,
  policed,
  refused,
  remove,
  says,
  succeeds,
} from './policies/policed.ts';
import { selecting, smallestCapture } from './validation/captures.ts';
import { artifactTicket, nicDevice, nicNode, nodeCapture } from './validation/nodeObjects.ts';

/** The chart's admission policies, on writers with the tokens that they will have. */
const test = anyTest as TestFn<Policed>;
const CAPTURES = `${API}/namespaces/default/diagnosticcaptures`;
const NODE_CAPTURES = `${API}/namespaces/default/nodecaptures`;

test.before(async (t) => {
  t.timeout(600_000);
  const cluster = await startCluster({ name: 'policies' });
  t.context = { cluster } as Policed;
  t.context = await policed(cluster);
});

test.after.always(async (t) => await t.context.cluster?.[Symbol.asyncDispose]());

// Agents

test('an agent writes the status of its own NodeCapture and of no other', async (t) => {
  const { operator, agent } = t.context;
  for (const node of ['gpu-a', 'gpu-b'])
    await succeeds(t, operator, create(NODE_CAPTURES, nodeCapture(`status-${node}`, node)));
  const running = { status: { state: 'Running' } };
  await succeeds(t, agent, patch(`${NODE_CAPTURES}/status-gpu-a/status`, running));
  const other = patch(`${NODE_CAPTURES}/status-gpu-b/status`, running);
  await refused(
    t,
    agent,
    other,
    'nicdiag-agent-own-node',
    'the agent on node gpu-a may not write nodecaptures of node gpu-b',
  );
});

test('an agent describes itself in its own NicNode and in no other', async (t) => {
  const { operator, agent } = t.context;
  for (const node of ['gpu-a', 'gpu-b']) await succeeds(t, operator, create(`${API}/nicnodes`, nicNode(node)));
  const described = { status: { devices: 2 } };
  await succeeds(t, agent, patch(`${API}/nicnodes/gpu-a/status`, described));
  const other = patch(`${API}/nicnodes/gpu-b/status`, described);
  await refused(
    t,
    agent,
    other,
    'nicdiag-agent-own-node',
    'the agent on node gpu-a may not write nicnodes of node gpu-b',
  );
});

test('an agent creates, describes and deletes the NicDevices of its own node', async (t) => {
  const { agent } = t.context;
  const path = `${API}/nicdevices/${nicDeviceName('gpu-a', '0000:01:00.0')}`;
  await succeeds(t, agent, create(`${API}/nicdevices`, ownedDevice(t, 'gpu-a', '0000:01:00.0')));
  await succeeds(t, agent, patch(`${path}/status`, { status: { health: 'Healthy' } }));
  await succeeds(t, agent, patch(path, { metadata: { labels: { rail: '3' } } }));
  await succeeds(t, agent, remove(path));
});

test("an agent creates no NicDevice under another node's name", async (t) => {
  const write = create(`${API}/nicdevices`, ownedDevice(t, 'gpu-b', '0000:02:00.0'));
  await refused(
    t,
    t.context.agent,
    write,
    'nicdiag-agent-own-node',
    'the agent on node gpu-a may not write nicdevices of node gpu-b',
  );
});

test("an agent does not touch, take over or delete another node's NicDevice", async (t) => {
  const { cluster, agent, otherAgent } = t.context;
  const path = `${API}/nicdevices/${nicDeviceName('gpu-b', '0000:03:00.0')}`;
  await succeeds(t, otherAgent, create(`${API}/nicdevices`, ownedDevice(t, 'gpu-b', '0000:03:00.0')));
  const words = 'the agent on node gpu-a may not write nicdevices of node gpu-b';
  for (const write of [
    patch(`${path}/status`, { status: { health: 'Healthy' } }),
    patch(path, { metadata: { labels: { mine: 'now' } } }),
    patch(path, { metadata: { ownerReferences: [] } }),
    remove(path),
  ])
    await refused(t, agent, write, 'nicdiag-agent-own-node', words);
  // Another spec is refused by the CRD already, before any policy is asked.
  const { method, options } = patch(path, { spec: { nodeName: 'gpu-a' } });
  const rehome = cluster.admin.request(method, path, { ...options, token: agent });
  await t.throwsAsync(rehome, { message: /spec is immutable/ });
  await succeeds(t, otherAgent, remove(path));
});

test('an agent neither takes over nor hands over an object, should a schema allow it', async (t) => {
  const { cluster, agent } = t.context;
  const hub = (name: string, nodeName: string) => ({
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'NicHub',
    metadata: { name },
    spec: { nodeName },
  });
  await cluster.admin.request('POST', `${API}/nichubs`, { body: hub('theirs', 'gpu-b') });
  await succeeds(t, agent, create(`${API}/nichubs`, hub('mine', 'gpu-a')));
  const take = patch(`${API}/nichubs/theirs`, { spec: { nodeName: 'gpu-a' } });
  await refused(
    t,
    agent,
    take,
    'nicdiag-agent-own-node',
    'the agent on node gpu-a may not write nichubs of node gpu-b',
  );
  const give = patch(`${API}/nichubs/mine`, { spec: { nodeName: 'gpu-b' } });
  await refused(
    t,
    agent,
    give,
    'nicdiag-agent-own-node',
    'the agent on node gpu-a may not hand nichubs over to node gpu-b',
  );
  await succeeds(t, agent, patch(`${API}/nichubs/mine`, { metadata: { labels: { still: 'mine' } } }));
});

test('a NicDevice is owned by the Node of the token, by name and UID, and by nothing else', async (t) => {
  const { agent, nodes } = t.context;
  const words = `a NicDevice must have one owner, the Node gpu-a with UID ${nodes['gpu-a'].metadata.uid}`;
  const nicdevices = `${API}/nicdevices`;
  for (const device of [
    nicDevice(nicDeviceName('gpu-a', '0000:04:00.0'), 'gpu-a', '0000:04:00.0'),
    ownedDevice(t, 'gpu-a', '0000:04:00.0', nodes['gpu-b']),
  ])
    await refused(t, agent, create(nicdevices, device), 'nicdiag-agent-own-node', words);
  await succeeds(t, agent, create(nicdevices, ownedDevice(t, 'gpu-a', '0000:04:00.0')));
  const path = `${nicdevices}/${nicDeviceName('gpu-a', '0000:04:00.0')}`;
  await refused(t, agent, patch(path, { metadata: { ownerReferences: null } }), 'nicdiag-agent-own-node', words);
});

test("a token of the agent's ServiceAccount that is bound to no Pod writes nothing", async (t) => {
  const write = create(`${API}/nicdevices`, ownedDevice(t, 'gpu-a', '0000:05:00.0'));
  await refused(t, t.context.unbound, write, 'nicdiag-agent-own-node', "the agent's token has no node claim");
});

// Who writes what

test('a tenant with every right in his namespace forges neither a NodeCapture nor a result', async (t) => {
  const { cluster, operator } = t.context;
  const forged = await kubectlAs(t, 'tenant', ['apply', '-f', '-'], nodeCapture('forged', 'gpu-a'));
  says(t, forged, `tenant may not write nodecaptures: only ${OPERATOR} may; create a DiagnosticCapture instead`);
  await succeeds(t, operator, create(NODE_CAPTURES, nodeCapture('result', 'gpu-a')));
  await cluster.admin.request('POST', CAPTURES, { body: smallestCapture('result') });
  const status = ['--subresource=status', '--type=merge', '-p', '{"status":{"totalBytes":1}}'];
  const node = await kubectlAs(t, 'tenant', ['patch', 'nodecapture', 'result', ...status]);
  says(t, node, `tenant may not write nodecaptures/status: only ${OPERATOR} and ${AGENT} may`);
  const capture = await kubectlAs(t, 'tenant', ['patch', 'diagnosticcapture', 'result', ...status]);
  says(t, capture, `tenant may not write diagnosticcaptures/status: only ${OPERATOR} may`);
  await succeeds(t, operator, patch(`${CAPTURES}/result/status`, { status: { progress: '0/1' } }));
});

test('not even the administrator writes an inbox or an inventory', async (t) => {
  const { cluster } = t.context;
  for (const [path, body, writer] of [
    ['nicnodes', nicNode('gpu-x'), OPERATOR],
    ['nicdevices', ownedDevice(t, 'gpu-a', '0000:07:00.0'), AGENT],
  ] as const)
    await refused(
      t,
      cluster.adminToken,
      create(`${API}/${path}`, body),
      'nicdiag-operator-only',
      `may not write ${path}: only ${writer} may`,
    );
});

test('the operator writes no NicDevice and no status of a NicNode', async (t) => {
  const { cluster, operator } = t.context;
  const device = create(`${API}/nicdevices`, ownedDevice(t, 'gpu-a', '0000:08:00.0'));
  const status = patch(`${API}/nicnodes/gpu-a/status`, { status: { devices: 1 } });
  for (const [{ method, path, options }, message] of [
    [device, /cannot create resource "nicdevices"/],
    [status, /cannot patch resource "nicnodes\/status"/],
  ] as const)
    await t.throwsAsync(cluster.admin.request(method, path, { ...options, token: operator }), { message });
});

test('a write that changes neither spec nor labels is left to RBAC: garbage collection, storage migration', async (t) => {
  const { cluster, operator } = t.context;
  await succeeds(t, operator, create(NODE_CAPTURES, nodeCapture('orphan', 'gpu-a')));
  const path = `${NODE_CAPTURES}/orphan`;
  await succeeds(t, cluster.adminToken, patch(path, { metadata: { ownerReferences: [] } }));
  const words = 'may not write nodecaptures';
  const relabel = patch(path, { metadata: { labels: { 'nicdiag.dev/capture-uid': 'another' } } });
  await refused(t, cluster.adminToken, relabel, 'nicdiag-operator-only', words);
  await succeeds(t, cluster.adminToken, remove(path));
});

// Captures

test('a capture by nodeNames or nodeSelector needs the verb capture on nicnodes', async (t) => {
  const byNames = smallestCapture('by-names');
  const bySelector = smallestCapture('by-selector');
  bySelector.spec.target = selecting({ matchLabels: { pool: 'h200' } });
  for (const [capture, field] of [
    [byNames, 'nodeNames'],
    [bySelector, 'nodeSelector'],
  ] as const) {
    const words = `bob may not choose nodes by spec.target.${field}: this needs the verb capture on nicnodes.nicdiag.dev in the whole cluster`;
    says(t, await kubectlAs(t, 'bob', ['apply', '-f', '-'], capture), words);
    t.is((await kubectlAs(t, 'alice', ['apply', '-f', '-'], capture)).code, 0);
  }
});

test('the right to everything in a namespace does not reach its nodes', async (t) => {
  const answer = await kubectlAs(t, 'tenant', ['apply', '-f', '-'], smallestCapture('tenant-s'));
  says(t, answer, 'tenant may not choose nodes by spec.target.nodeNames');
});

test('cancelling or keeping a capture does not need it', async (t) => {
  const capture = smallestCapture('somebody-s');
  t.is((await kubectlAs(t, 'alice', ['apply', '-f', '-'], capture)).code, 0);
  Object.assign(capture.spec, { cancel: true, retention: { hold: true } });
  t.is((await kubectlAs(t, 'bob', ['apply', '-f', '-'], capture)).code, 0);
});

test('impact Intrusive needs the verb intrude in the whole cluster, which no right in a namespace has', async (t) => {
  const capture = smallestCapture('intrusive');
  capture.spec['impact'] = 'Intrusive';
  const words =
    'alice may not ask for impact Intrusive: this needs the verb intrude on diagnosticcaptures.nicdiag.dev in the whole cluster';
  // She has the verb in this namespace.
  says(t, await kubectlAs(t, 'alice', ['apply', '-f', '-'], capture), words);
  const { code, stderr } = await kubectlAs(t, 'carol', ['apply', '-f', '-'], capture);
  t.is(code, 0, stderr);
});

test('cancelling or keeping an intrusive capture does not need it, nor does DebugWrite', async (t) => {
  const capture = smallestCapture('carol-s');
  capture.spec['impact'] = 'Intrusive';
  t.is((await kubectlAs(t, 'carol', ['apply', '-f', '-'], capture)).code, 0);
  Object.assign(capture.spec, { cancel: true, retention: { hold: true } });
  t.is((await kubectlAs(t, 'bob', ['apply', '-f', '-'], capture)).code, 0);
  const debugWrite = smallestCapture('debug-write');
  debugWrite.spec['impact'] = 'DebugWrite';
  t.is((await kubectlAs(t, 'alice', ['apply', '-f', '-'], debugWrite)).code, 0);
});

// Tickets

test('a user gets a ticket for himself, for a capture that he may read', async (t) => {
  const ticket = artifactTicket('mine', 'some-capture', 'alice');
  const { code, stderr } = await kubectlAs(t, 'alice', ['create', '-f', '-'], ticket);
  t.is(code, 0, stderr);
});

const TOO_LONG = 'spec.expiresAt must be at most 15m after creation';

for (const [given, person, ticket, words] of [
  ['for another user', 'alice', artifactTicket('t', 'some-capture', 'bob'), 'spec.user must be you, alice, not bob'],
  [
    'for a capture whose artifacts he may not read',
    'passerby',
    artifactTicket('t', 'some-capture', 'passerby'),
    'passerby may not get diagnosticcaptures/artifacts of some-capture in namespace default',
  ],
  ['that lasts too long', 'alice', artifactTicket('t', 'some-capture', 'alice', 16 * 60_000), TOO_LONG],
] as const) {
  test(`a user gets no ticket ${given}`, async (t) => {
    const answer = await kubectlAs(t, person, ['create', '-f', '-'], ticket);
    says(t, answer, "ValidatingAdmissionPolicy 'nicdiag-ticket'");
    says(t, answer, words);
  });
}

test('a creationTimestamp of his own does not make a ticket last longer, nor does another way to create it', async (t) => {
  const day = 24 * 3600_000;
  const ticket = artifactTicket('late', 'some-capture', 'tenant', day);
  ticket.metadata.creationTimestamp = new Date(Date.now() + day).toISOString();
  says(t, await kubectlAs(t, 'tenant', ['create', '-f', '-'], ticket), TOO_LONG);
  says(t, await kubectlAs(t, 'tenant', ['apply', '--server-side', '-f', '-'], ticket), TOO_LONG);
});

// Tokens

test('the token of an agent names its node and its UID, as the policies expect it', async (t) => {
  const { cluster, agent, nodes } = t.context;
  const review = await cluster.admin.object('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { metadata: {}, spec: { token: agent } },
  });
  t.like(review['status'], {
    user: {
      username: AGENT,
      extra: { [NODE_CLAIMS.name]: ['gpu-a'], [NODE_CLAIMS.uid]: [nodes['gpu-a'].metadata.uid] },
    },
  });
});
