import fc from 'fast-check';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const TOLERATIONS = [{ key: 'gpu', operator: 'Exists' }];
const RESOURCES = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } };

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const one = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const tls = one(
  { source: 'SelfSigned' },
  { source: 'SelfSigned', extraNames: ['artifacts.example', '192.0.2.9'] },
  { source: 'CertManager' },
  { source: 'CertManager', extraNames: ['192.0.2.7', 'a.example'] },
  { source: 'CertManager', certManager: { issuerRef: { kind: 'ClusterIssuer', name: 'corporate' } } },
  { source: 'CertManager', caBundle: PEM },
  { source: 'CertManager', caConfigMap: 'trust' },
  { source: 'Secret', secretName: 'mine', caBundle: PEM },
  { source: 'Secret', secretName: 'mine', caConfigMap: 'trust' },
);

/** A store in a bucket, of every kind. */
const bucket = fc
  .record({
    bucket: one('captures', 'site-a.captures'),
    region: one('us-east-1', 'eu-central-1'),
    prefix: maybe(one('', 'clusters/east')),
    endpoint: maybe(
      one('https://s3.example', 'http://minio.minio.svc:9000', 'http://s3.example', 'https://[2001:db8::3]'),
    ),
    forcePathStyle: maybe(fc.boolean()),
    credentialsSecret: maybe(one('credentials')),
    serviceAccountAnnotations: maybe(one({ 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/nicdiag' })),
    ca: maybe(one({ caBundle: PEM }, { caConfigMap: 's3-trust' })),
    stagingSize: maybe(one('512Mi', '2Ti')),
  })
  .map(({ ca, ...s3 }) => ({ storage: { type: 'S3' }, s3: { ...s3, ...ca } }));

const storage = fc.oneof(
  one({ storage: { type: 'EmptyDir', size: '1Gi' } }, { storage: { className: 'fast', size: '2Ti' } }, {}),
  bucket,
);

const external = one(
  { enabled: true },
  { enabled: true, address: '192.0.2.1', port: 12345 },
  { enabled: true, address: '2001:db8::1' },
);

const placement = {
  nodeSelector: maybe(one({ pool: 'h200' })),
  tolerations: maybe(one(TOLERATIONS, [])),
  priorityClassName: maybe(one('system-cluster-critical')),
  resources: maybe(one(RESOURCES)),
};

/** Values that the chart takes, of every kind that it knows. */
export const arbitraryValues: fc.Arbitrary<unknown> = fc
  .record({
    image: fc.record({
      registry: one('registry.example:5000/nicdiag', 'r'),
      tag: maybe(one('v1')),
      digests: maybe(one({ agent: DIGEST }, { operator: DIGEST })),
      pullPolicy: maybe(one('Always', 'Never')),
      pullSecrets: maybe(one([{ name: 'pull' }])),
    }),
    logLevel: maybe(one('error', 'debug')),
    crds: maybe(fc.record({ install: fc.boolean() })),
    namespaces: maybe(
      one(
        { system: { name: 'here' }, agent: { name: 'there' } },
        { system: { create: false } },
        { agent: { name: 'there', create: false } },
      ),
    ),
    rbac: maybe(fc.record({ aggregate: fc.boolean() })),
    operator: maybe(fc.record({ replicas: maybe(one(0, 4)), ...placement })),
    agent: maybe(
      fc.record({
        deviceAccess: maybe(fc.record({ interface: one('mlx5ctl', 'fwctl') })),
        hostDevlink: maybe(fc.boolean()),
        maxUnavailable: maybe(one<number | string>(3, '50%')),
        spoolLimit: maybe(one('512Mi', '1Ti')),
        ...placement,
      }),
    ),
    priorityClass: maybe(fc.record({ create: fc.boolean(), value: maybe(one(5)) })),
    artifacts: fc.record({
      url: maybe(one('https://artifacts.example:9443', 'https://artifacts.example', 'https://[2001:db8::2]:8444')),
      ports: maybe(one({ https: 9443 }, { health: 9081 })),
      tls,
      store: storage,
      maxTicketLifetime: maybe(one('1h')),
      proxySubjects: maybe(one([], [{ kind: 'User', name: 'alice' }])),
      ...placement,
    }),
    flowControl: maybe(one({ enabled: false }, { concurrencyShares: 33 })),
    networkPolicies: maybe(
      one(
        { enabled: false },
        { apiServerPorts: [6443], apiServerCidrs: ['10.0.0.0/24', '2001:db8::/64'] },
        { metricsFrom: [{ podSelector: {} }] },
        { bucketTo: [{ ipBlock: { cidr: '192.0.2.0/24' } }] },
      ),
    ),
    monitoring: maybe(
      fc.record({
        podMonitors: maybe(one({ enabled: true, interval: '5s', labels: { release: 'prom' } })),
        alerts: maybe(one({ enabled: true, labels: { release: 'prom' } })),
      }),
    ),
  })
  .chain((values) =>
    fc.option(external, { nil: undefined }).map((externalEndpoint) => {
      const { store, ...others } = values.artifacts;
      const artifacts = { ...others, ...store };
      const server =
        externalEndpoint !== undefined && artifacts.tls.source === 'Secret'
          ? { ...artifacts, externalEndpoint }
          : artifacts;
      return withoutUndefined({ ...values, artifacts: server });
    }),
  );

/** What is not given is not there. */
function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
