import { NODE_CAPTURE_TERMINAL_STATES, type NodeCaptureStatus, nicDeviceName } from '@nicdiag/api';
import { type ApiError, type Cluster, startCluster } from '@nicdiag/tools';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { installCrds } from './validation/installCrds.ts';
import { artifactTicket, nicDevice, nicNode, nodeCapture } from './validation/nodeObjects.ts';

/** What the CRDs refuse of operator, agent and CLI, whoever they are: the CRDs alone, as administrator. */
interface Context {
  cluster: Cluster;
}
const test = anyTest as TestFn<Context>;
const API = '/apis/nicdiag.dev/v1alpha1';
const NODE_CAPTURES = `${API}/namespaces/default/nodecaptures`;
const TICKETS = `${API}/namespaces/default/artifacttickets`;
const MERGE = 'application/merge-patch+json';

test.before(async (t) => {
  t.timeout(600_000);
  const cluster = await startCluster({ name: 'node-objects' });
  t.context.cluster = cluster;
  await installCrds(cluster);
});

test.after.always(async (t) => await t.context.cluster?.[Symbol.asyncDispose]());

type Test = ExecutionContext<Context>;

async function create(t: Test, path: string, body: unknown): Promise<void> {
  await t.context.cluster.admin.request('POST', `${path}?fieldValidation=Strict`, { body });
}

async function patch(t: Test, path: string, body: unknown): Promise<void> {
  await t.context.cluster.admin.request('PATCH', `${path}?fieldValidation=Strict`, { body, contentType: MERGE });
}

async function refused(t: Test, write: Promise<void>, message: RegExp): Promise<void> {
  const error = await t.throwsAsync<ApiError>(write, { message });
  t.is(error?.status, 422);
}

const status = (fields: NodeCaptureStatus): { status: NodeCaptureStatus } => ({ status: fields });

for (const state of NODE_CAPTURE_TERMINAL_STATES) {
  test(`the first terminal status stays: ${state}`, async (t) => {
    const name = `terminal-${state.toLowerCase()}`;
    const path = `${NODE_CAPTURES}/${name}`;
    await create(t, NODE_CAPTURES, nodeCapture(name, 'gpu-a'));
    await patch(t, `${path}/status`, status({ state: 'Running', startedAt: '2026-01-01T00:00:00Z' }));
    await patch(t, `${path}/status`, status({ state, finishedAt: '2026-01-01T00:00:05Z' }));
    const terminal = /status is terminal/;
    await refused(t, patch(t, `${path}/status`, status({ state: 'Running' })), terminal);
    await refused(
      t,
      patch(t, `${path}/status`, status({ state: state === 'Failed' ? 'Succeeded' : 'Failed' })),
      terminal,
    );
    await refused(t, patch(t, `${path}/status`, status({ message: 'more' })), terminal);
    await refused(t, patch(t, `${path}/status`, { status: null }), terminal);
    await refused(t, patch(t, `${path}/status`, { status: { state: null } }), terminal);
    // A retry after an answer that was lost writes the same again.
    await patch(t, `${path}/status`, status({ state, finishedAt: '2026-01-01T00:00:05Z' }));
    await patch(t, path, { metadata: { labels: { still: 'writable' } } });
  });
}

test('a status that is not terminal may change, and be taken back', async (t) => {
  const path = `${NODE_CAPTURES}/open`;
  await create(t, NODE_CAPTURES, nodeCapture('open', 'gpu-a'));
  for (const body of [
    status({ state: 'Queued' }),
    status({ state: 'Running' }),
    { status: null },
    status({ state: 'Queued' }),
  ])
    await t.notThrowsAsync(patch(t, `${path}/status`, body));
});

test('the spec of a NodeCapture is immutable, the order of collectors included', async (t) => {
  const path = `${NODE_CAPTURES}/fixed`;
  const { spec } = nodeCapture('fixed', 'gpu-a');
  await create(t, NODE_CAPTURES, nodeCapture('fixed', 'gpu-a'));
  for (const change of [{ nodeName: 'gpu-b' }, { deadline: '2027-01-01T00:00:00Z' }, { nodeDeadline: '3m' }])
    await refused(t, patch(t, path, { spec: change }), /spec: .*spec is immutable/);
  const reversed = { spec: { collectors: [...spec.collectors].reverse() } };
  await refused(t, patch(t, path, reversed), /spec\.collectors: .*order of collectors included/);
});

test('NodeCaptures are found by node and by state', async (t) => {
  const { cluster } = t.context;
  await create(t, NODE_CAPTURES, nodeCapture('selected', 'gpu-z'));
  await create(t, NODE_CAPTURES, nodeCapture('not-selected', 'gpu-y'));
  await patch(t, `${NODE_CAPTURES}/selected/status`, status({ state: 'Queued' }));
  const selector = '--field-selector=spec.nodeName=gpu-z,status.state=Queued';
  t.is(await cluster.kubectl(['get', 'ncap', selector, '-o', 'name']), 'nodecapture.nicdiag.dev/selected\n');
});

test('a status fits 64 devices and not 65', async (t) => {
  await create(t, NODE_CAPTURES, nodeCapture('wide', 'gpu-a'));
  const devices = (count: number): { status: NodeCaptureStatus } =>
    status({
      devices: Array.from({ length: count }, (_, bus) => ({
        pciAddress: `0000:${bus.toString(16).padStart(2, '0')}:00.0`,
        state: 'Succeeded' as const,
      })),
    });
  await refused(t, patch(t, `${NODE_CAPTURES}/wide/status`, devices(65)), /status\.devices: Too many: 65/);
  await patch(t, `${NODE_CAPTURES}/wide/status`, devices(64));
});

test('the name of a NicDevice is its node and its PCI address, and both stay', async (t) => {
  const [node, pci] = ['gpu-a.example.com', '0000:03:00.0'];
  const name = nicDeviceName(node, pci);
  await create(t, `${API}/nicdevices`, nicDevice(name, node, pci));
  const rule = /metadata\.name must be spec\.nodeName, a dot, and spec\.pciAddress with dashes/;
  await refused(t, create(t, `${API}/nicdevices`, nicDevice(nicDeviceName(node, '0000:04:00.0'), node, pci)), rule);
  await refused(t, create(t, `${API}/nicdevices`, nicDevice(nicDeviceName('gpu-b', pci), node, pci)), rule);
  await refused(t, patch(t, `${API}/nicdevices/${name}`, { spec: { nodeName: 'gpu-b' } }), /spec: .*spec is immutable/);
});

test('NicDevices are found by node and by health', async (t) => {
  const { cluster } = t.context;
  const name = nicDeviceName('gpu-d', '0000:05:00.0');
  await create(t, `${API}/nicdevices`, nicDevice(name, 'gpu-d', '0000:05:00.0'));
  await patch(t, `${API}/nicdevices/${name}/status`, {
    status: { health: 'Degraded', link: 'Down', model: 'ConnectX-7' },
  });
  const selector = '--field-selector=spec.nodeName=gpu-d,status.health=Degraded';
  t.regex(await cluster.kubectl(['get', 'nicdev', selector]), /gpu-d\s+0000:05:00\.0\s+ConnectX-7\s+Down\s+Degraded/);
});

test('an assignment is there once, stays as it is, and is cancelled one way', async (t) => {
  const document = nicNode('gpu-a');
  const [assignment] = document.spec.assignments ?? [];
  const path = `${API}/nicnodes/gpu-a`;
  await create(t, `${API}/nicnodes`, document);
  const assign = (...assignments: unknown[]): Promise<void> => patch(t, path, { spec: { assignments } });
  await refused(t, assign(assignment, { ...assignment, name: 'other' }), /spec\.assignments\[1\]: Duplicate value/);
  const fixed = /spec\.assignments\[0\]: .*an assignment is immutable but for cancel/;
  await refused(t, assign({ ...assignment, assignedAt: '2026-01-01T00:01:00Z' }), fixed);
  await refused(t, assign({ ...assignment, name: 'other' }), fixed);
  await assign({ ...assignment, cancel: true });
  await refused(t, assign({ ...assignment, cancel: false }), /cancel cannot be taken back/);
  await assign();
  const seventeen = Array.from({ length: 17 }, (_, index) => ({ ...assignment, uid: `uid-${index}` }));
  await refused(t, assign(...seventeen), /spec\.assignments: Too many: 17/);
  await assign(...seventeen.slice(1));
});

test('an ArtifactTicket does not change', async (t) => {
  await create(t, TICKETS, artifactTicket('fixed', 'capture', 'admin'));
  const longer = { spec: { expiresAt: '2030-01-01T00:00:00Z' } };
  await refused(t, patch(t, `${TICKETS}/fixed`, longer), /spec: .*spec is immutable: create a new ArtifactTicket/);
});

test('an ArtifactTicket carries a hash and nothing longer', async (t) => {
  const ticket = artifactTicket('secret', 'capture', 'admin');
  ticket.spec.secretSha256 = 'the secret itself';
  await refused(t, create(t, TICKETS, ticket), /spec\.secretSha256: .*should match/);
});

test('a reason is one CamelCase word', async (t) => {
  await create(t, NODE_CAPTURES, nodeCapture('reason', 'gpu-a'));
  const write = patch(t, `${NODE_CAPTURES}/reason/status`, status({ state: 'Running', reason: 'it runs' }));
  await refused(t, write, /status\.reason: .*should match/);
});

test('status is written through its subresource only', async (t) => {
  const body = { ...nodeCapture('sub', 'gpu-a'), status: { state: 'Succeeded' } };
  await create(t, NODE_CAPTURES, body);
  const created = await t.context.cluster.admin.object('GET', `${NODE_CAPTURES}/sub`);
  t.is(created['status'], undefined);
});
