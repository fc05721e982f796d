import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AGENT_NAMESPACE, ARTIFACTS_SERVICE, SYSTEM_NAMESPACE } from '@nicdiag/api';
import { applyChart, type Cluster, type Manifest, parseManifests, renderChart, startCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { ROLE_TABLE, subjectOf } from './chart/roleTable.ts';
import { VARIANTS } from './chart/variants.ts';
import { isAllowed, untilAllowed } from './policies/untilAllowed.ts';

/** The chart as helm renders it and as the API server takes it. */
interface Context {
  cluster: Cluster;
  manifests: readonly Manifest[];
}
const test = anyTest as TestFn<Context>;
const root = fileURLToPath(new URL('../../', import.meta.url));

test.before(async (t) => {
  t.timeout(600_000);
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
  for (const [who, may, attributes] of ROLE_TABLE)
    if (may) for (const each of attributes) await untilAllowed(cluster, subjectOf(who), each);
});

test.after.always(async (t) => await t.context.cluster?.[Symbol.asyncDispose]());

/** Nothing is brought along for the artifact server's certificate. */
const NO_TLS = { secretName: '', caBundle: '' };

const named = (manifests: readonly Manifest[], kind: string, name: string): Manifest | undefined =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);

test('helm lint finds nothing', (t) => {
  const given = ['image.registry=registry.example'];
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

const WORKLOADS = [
  ['DaemonSet', 'nicdiag-agent', AGENT_NAMESPACE],
  ['Deployment', 'nicdiag-operator', SYSTEM_NAMESPACE],
  ['Deployment', 'nicdiag-artifacts', SYSTEM_NAMESPACE],
] as const;

interface PodSpec {
  readonly containers: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly [field: string]: unknown;
}

function podTemplate(manifests: readonly Manifest[], kind: string, name: string) {
  const spec = named(manifests, kind, name)?.['spec'] as {
    readonly template: { readonly metadata: object; readonly spec: PodSpec };
  };
  return spec.template;
}

for (const [kind, name, namespace] of WORKLOADS) {
  test(`the Pods of ${name} are admitted in their namespace, with nothing to warn of`, async (t) => {
    const { metadata, spec } = podTemplate(t.context.manifests, kind, name);
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'probe', namespace }, spec };
    const { code, stderr } = await t.context.cluster.tryKubectl(['create', '--dry-run=server', '-f', '-'], {
      stdin: JSON.stringify(pod),
    });
    t.is(code, 0, stderr);
    t.is(stderr, '');
  });

  test(`the Pods of ${name} ask for their tokens themselves, and for no network, process or user of the host`, (t) => {
    const { spec } = podTemplate(t.context.manifests, kind, name);
    t.like(spec, { automountServiceAccountToken: false, enableServiceLinks: false });
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) t.false(field in spec, field);
    const [container] = spec.containers;
    t.is(spec.containers.length, 1);
    t.like(container, {
      securityContext: { readOnlyRootFilesystem: true },
      livenessProbe: { httpGet: { path: '/livez', port: 'health' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'health' } },
    });
    t.regex(JSON.stringify(container?.['resources']), /"limits":.*"memory":.*"requests":/);
  });
}

test('in the system namespace a Pod of the agents would be refused', async (t) => {
  const { metadata, spec } = podTemplate(t.context.manifests, 'DaemonSet', 'nicdiag-agent');
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'probe' }, spec };
  const here = { ...pod, spec: { ...spec, serviceAccountName: 'nicdiag-operator' } };
  const { stderr } = await t.context.cluster.tryKubectl(
    ['create', '--dry-run=server', '-n', SYSTEM_NAMESPACE, '-f', '-'],
    { stdin: JSON.stringify(here) },
  );
  t.regex(stderr, /violates PodSecurity "restricted/);
});

test('of the host, an agent can write one directory', (t) => {
  const { spec } = podTemplate(t.context.manifests, 'DaemonSet', 'nicdiag-agent');
  const volumes = spec['volumes'] as ReadonlyArray<{
    readonly name: string;
    readonly hostPath?: { readonly path: string };
  }>;
  const mounts = spec.containers[0]?.['volumeMounts'] as ReadonlyArray<{
    readonly name: string;
    readonly readOnly?: boolean;
  }>;
  const host = volumes.filter(({ hostPath }) => hostPath !== undefined);
  t.deepEqual(
    host.map(({ name, hostPath }) => [hostPath?.path, mounts.find((mount) => mount.name === name)?.readOnly ?? false]),
    [
      ['/dev', true],
      ['/proc/1/ns', true],
      ['/sys', true],
      ['/var/lib/nicdiag', false],
    ],
  );
});

test('agents run on tainted nodes, and a tenth of them is renewed at a time', (t) => {
  t.like(named(t.context.manifests, 'DaemonSet', 'nicdiag-agent'), {
    spec: {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
      template: { spec: { tolerations: [{ operator: 'Exists' }] } },
    },
  });
});

test('the operator is kept from being drained as a whole; the artifact server has one writer', (t) => {
  t.like(named(t.context.manifests, 'Deployment', 'nicdiag-operator'), { spec: { replicas: 2 } });
  t.like(named(t.context.manifests, 'PodDisruptionBudget', 'nicdiag-operator'), { spec: { maxUnavailable: 1 } });
  t.like(named(t.context.manifests, 'Deployment', 'nicdiag-artifacts'), {
    spec: { replicas: 1, strategy: { type: 'Recreate' } },
  });
});

test('the CA reaches operator and agents, in the namespace of each', (t) => {
  const maps = t.context.manifests.filter(({ kind }) => kind === 'ConfigMap');
  t.deepEqual(maps.map(({ metadata }) => metadata.namespace).sort(), [AGENT_NAMESPACE, SYSTEM_NAMESPACE]);
  for (const map of maps)
    t.is((map['data'] as { 'ca.crt': string })['ca.crt'].trim(), t.context.cluster.authority.certificate.trim());
});

for (const { title, values, kind, name, is, immutable } of VARIANTS) {
  test(title, async (t) => {
    const { cluster } = t.context;
    const rendered = await renderChart(cluster, JSON.stringify(values));
    t.like(named(parseManifests(rendered), kind, name), is);
    if (immutable) return;
    const { code, stderr } = await cluster.tryKubectl(
      ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', '-'],
      { stdin: rendered },
    );
    t.is(code, 0, stderr);
    t.is(stderr, '', 'no warnings');
  });
}

test('an operator that keeps the certificate does not wait for what it fills; the others do', async (t) => {
  const values = { artifacts: { tls: { source: 'SelfSigned', ...NO_TLS } } };
  const manifests = parseManifests(await renderChart(t.context.cluster, JSON.stringify(values)));
  const mounts = (kind: string, name: string) => JSON.stringify(podTemplate(manifests, kind, name).spec['volumes']);
  t.notRegex(mounts('Deployment', 'nicdiag-operator'), /nicdiag-artifacts-(ca|tls)/);
  t.regex(mounts('DaemonSet', 'nicdiag-agent'), /"name":"nicdiag-artifacts-ca"/);
  t.regex(mounts('Deployment', 'nicdiag-artifacts'), /"secretName":"nicdiag-artifacts-tls"/);
});

test('cert-manager is asked for a certificate of the Service, by an authority of the chart or by another', async (t) => {
  const { cluster } = t.context;
  const certificateOf = async (certManager: unknown): Promise<Record<string, unknown>> => {
    const tls = { source: 'CertManager', ...NO_TLS, extraNames: ['192.0.2.7'], certManager };
    const all = parseManifests(await renderChart(cluster, JSON.stringify({ artifacts: { tls } })));
    return { ...(named(all, 'Certificate', 'nicdiag-artifacts')?.['spec'] ?? {}) };
  };
  t.like(await certificateOf({ issuerRef: {} }), {
    secretName: 'nicdiag-artifacts-tls',
    dnsNames: ['nicdiag-artifacts.nicdiag-system.svc', 'nicdiag-artifacts.nicdiag-system.svc.cluster.local'],
    ipAddresses: ['192.0.2.7'],
    issuerRef: { kind: 'Issuer', name: 'nicdiag-artifacts' },
  });
  const issuerRef = { kind: 'ClusterIssuer', name: 'corporate' };
  t.like(await certificateOf({ issuerRef }), { issuerRef });
});

test('what must be given is said all at once', async (t) => {
  const nothing = { image: { registry: '' }, artifacts: { tls: { secretName: '', caBundle: '' } } };
  const { message } = await t.throwsAsync(renderChart(t.context.cluster, JSON.stringify(nothing)));
  for (const value of [
    'image.registry',
    'artifacts.tls.secretName',
    'artifacts.tls.caBundle',
    'artifacts.tls.caConfigMap',
  ])
    t.true(message?.includes(value), `${value} in: ${message}`);
});

test('every policy is bound, denies, and fails closed', (t) => {
  const { manifests } = t.context;
  const policies = manifests.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  t.is(policies.length, 5);
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
  t.is(named(outside, 'Deployment', 'nicdiag-artifacts'), undefined);
  t.is(named(outside, 'PersistentVolumeClaim', 'nicdiag-artifacts'), undefined);
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
  ['a CA beside a certificate of its own', { artifacts: { tls: { source: 'SelfSigned' } } }, /source=Secret/],
  [
    'a server elsewhere with a certificate of its own',
    { artifacts: { tls: { source: 'SelfSigned', ...NO_TLS }, externalEndpoint: { enabled: true } } },
    /brings its own certificate/,
  ],
  ['an issuer of another kind', { artifacts: { tls: { certManager: { issuerRef: { kind: 'Vault' } } } } }, /kind/],
  ['two CAs', { artifacts: { tls: { caConfigMap: 'trust' } } }, /caBundle or artifacts.tls.caConfigMap, not both/],
  ['a CA that is no certificate', { artifacts: { tls: { caBundle: 'x' } } }, /caBundle/],
  ['a digest that is none', { image: { digests: { agent: 'v1' } } }, /digest/],
  ['an unknown way to the devices', { agent: { deviceAccess: { interface: 'all' } } }, /interface/],
  ['a way to open devices that is not there', { agent: { deviceAccess: { mode: 'device-plugin' } } }, /mode/],
  ['a priority of the system', { priorityClass: { value: 2_000_000_000 } }, /value/],
  ['a network that is none', { networkPolicies: { apiServerCidrs: ['10.0.0.0'] } }, /apiServerCidrs/],
  ['a toleration that is none', { operator: { tolerations: [{ taint: 'x' }] } }, /taint/],
  ['a resource of another kind', { operator: { resources: { limits: { gpu: 1 } } } }, /gpu/],
  ['storage of another kind', { artifacts: { storage: { type: 'NFS' } } }, /type/],
  ['plain HTTP to the artifacts', { artifacts: { url: 'http://artifacts' } }, /url/],
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
      t.is(await isAllowed(t.context.cluster, subjectOf(who), resourceAttributes), may);
    });
  }
}
