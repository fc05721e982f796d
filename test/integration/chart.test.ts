import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AGENT_NAMESPACE, ARTIFACTS_SERVICE, SYSTEM_NAMESPACE } from '@nicdiag/api';
import { applyChart, type Cluster, type Manifest, parseManifests, renderChart, startCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { ROLE_TABLE } from './chart/roleTable.ts';

/** The chart as helm renders it and as the API server takes it. */
interface Context {
  cluster: Cluster;
  manifests: readonly Manifest[];
}
const test = anyTest as TestFn<Context>;
const root = fileURLToPath(new URL('../../', import.meta.url));

test.before(async (t) => {
  t.timeout(120_000);
  const cluster = await startCluster({ name: 'chart' });
  t.context.cluster = cluster;
  const rendered = await renderChart(cluster);
  t.context.manifests = parseManifests(rendered);
  await applyChart(cluster, rendered);
  const binding = ['create', 'clusterrolebinding', '--clusterrole'];
  await cluster.kubectl([...binding, 'view', 'viewers', '--group=viewers']);
  await cluster.kubectl([...binding, 'edit', 'editors', '--group=editors']);
  await cluster.kubectl([...binding, 'nicdiag-capture', 'capturers', '--group=capturers']);
  await cluster.kubectl([...binding, 'nicdiag-inventory', 'stocktakers', '--group=stocktakers']);
});

test.after.always(async (t) => await t.context.cluster?.[Symbol.asyncDispose]());

const named = (manifests: readonly Manifest[], kind: string, name: string): Manifest | undefined =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);

test('helm lint finds nothing', (t) => {
  const given = ['image.repository=nicdiag', 'artifacts.tls.secretName=tls', 'artifacts.tls.caConfigMap=ca'];
  const { status, stdout, stderr } = spawnSync(t.context.cluster.binaries.helm, [
    ...['lint', '--strict', `${root}charts/nicdiag`, `--set=${given.join()}`],
  ]);
  t.is(status, 0, `${stdout}${stderr}`);
});

test('the CRDs of the chart are those of crds/, without a copy', (t) => {
  const files = readdirSync(`${root}crds`).filter((file) => file.endsWith('.yaml'));
  const source = files.flatMap((file) => parseManifests(readFileSync(`${root}crds/${file}`, 'utf8')));
  const rendered = t.context.manifests.filter(({ kind }) => kind === 'CustomResourceDefinition');
  t.deepEqual(rendered, source);
});

test('applied twice, the chart changes nothing', async (t) => {
  const { cluster } = t.context;
  const rendered = await renderChart(cluster);
  const { code, stdout } = await cluster.tryKubectl(['diff', '--server-side', '--force-conflicts', '-f', '-'], {
    stdin: rendered,
  });
  t.is(code, 0, stdout);
});

test('every policy is bound, denies, and fails closed', (t) => {
  const { manifests } = t.context;
  const policies = manifests.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  t.is(policies.length, 4);
  for (const { metadata, spec } of policies) {
    t.like(spec, { failurePolicy: 'Fail' });
    const binding = named(manifests, 'ValidatingAdmissionPolicyBinding', metadata.name);
    t.deepEqual(binding?.['spec'], { policyName: metadata.name, validationActions: ['Deny'] });
  }
});

test('the namespaces ask for the Pod Security that their Pods need', (t) => {
  for (const [name, level] of [
    [SYSTEM_NAMESPACE, 'restricted'],
    [AGENT_NAMESPACE, 'privileged'],
  ] as const)
    t.like(named(t.context.manifests, 'Namespace', name), {
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': level } },
    });
});

test('an artifact server outside the cluster gets a Service without selector, and its endpoint', async (t) => {
  const { cluster } = t.context;
  const values = { artifacts: { externalEndpoint: { enabled: true, address: '192.0.2.1', port: 12345 } } };
  const outside = parseManifests(await renderChart(cluster, JSON.stringify(values)));
  const service = named(outside, 'Service', ARTIFACTS_SERVICE.name)?.['spec'] as Record<string, unknown>;
  t.false('selector' in service);
  t.like(named(outside, 'EndpointSlice', 'nicdiag-artifacts-external'), {
    metadata: { labels: { 'kubernetes.io/service-name': ARTIFACTS_SERVICE.name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.1'] }],
    ports: [{ name: ARTIFACTS_SERVICE.port, port: 12345 }],
  });
  const inside = named(t.context.manifests, 'Service', ARTIFACTS_SERVICE.name);
  t.like(inside, { spec: { selector: { 'app.kubernetes.io/name': ARTIFACTS_SERVICE.name } } });
});

test('other namespaces are used everywhere', async (t) => {
  const values = { namespaces: { system: { name: 'here', create: true }, agent: { name: 'there', create: true } } };
  const rendered = await renderChart(t.context.cluster, JSON.stringify(values));
  t.notRegex(rendered, /nicdiag-system|system:serviceaccount:nicdiag-|namespace: nicdiag-/);
});

for (const [given, values, says] of [
  ['a value that it does not know', { artefacts: {} }, /artefacts/],
  ['a lifetime that is none', { artifacts: { maxTicketLifetime: 'for ever' } }, /maxTicketLifetime/],
  ['a loopback address', { artifacts: { externalEndpoint: { enabled: true, address: '127.0.0.1' } } }, /address/],
] as const) {
  test(`the chart refuses ${given}`, async (t) => {
    await t.throwsAsync(renderChart(t.context.cluster, JSON.stringify(values)), { message: says });
  });
}

for (const [who, may, attributes] of ROLE_TABLE) {
  for (const resourceAttributes of attributes) {
    const { verb, resource, subresource, name } = resourceAttributes;
    const what = [verb, subresource === undefined ? resource : `${resource}/${subresource}`, name]
      .filter(Boolean)
      .join(' ');
    test(`${who} ${may ? 'may' : 'may not'} ${what} (${resourceAttributes.namespace ?? 'cluster'})`, async (t) => {
      const user = who.includes(':') ? { user: who } : { user: 'somebody', groups: [who, 'system:authenticated'] };
      const review = await t.context.cluster.admin.object(
        'POST',
        '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        {
          body: { metadata: {}, spec: { ...user, resourceAttributes } },
        },
      );
      t.is((review['status'] as { allowed: boolean }).allowed, may);
    });
  }
}
