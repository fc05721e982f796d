/** Values under which the chart renders other objects, each with what an object of it must look like. */
export interface Variant {
  readonly title: string;
  readonly values: unknown;
  readonly kind: string;
  readonly name: string;
  /** The object is there already and cannot become this one: it is not sent to the API server. */
  readonly immutable?: true;
  /** Part of the object. */
  readonly is: Readonly<Record<string, unknown>>;
}

const pod = (spec: unknown) => ({ spec: { template: { spec } } });
const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** Nothing is brought along for the artifact server's certificate. */
const TLS_OF = (source: string) => ({ source, secretName: '', caBundle: '' });

export const VARIANTS: readonly Variant[] = [
  {
    title: 'the operator keeps the certificate, of its own authority',
    values: { artifacts: { tls: { ...TLS_OF('SelfSigned'), extraNames: ['artifacts.example'] } } },
    ...{ kind: 'Deployment', name: 'nicdiag-operator' },
    is: pod({
      containers: [
        {
          args: [
            ...['--namespace=nicdiag-system', '--agent-namespace=nicdiag-agent', '--log-level=info'],
            '--token-file=/var/run/secrets/kubernetes.io/serviceaccount/token',
            '--api-ca=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
            '--artifacts-url=https://nicdiag-artifacts.nicdiag-system.svc:8443',
            '--artifacts-token-file=/var/run/secrets/nicdiag-artifacts/token',
            ...['--artifacts-certificate=self-signed', '--artifacts-secret=nicdiag-artifacts-tls'],
            '--artifacts-name=nicdiag-artifacts.nicdiag-system.svc',
            '--artifacts-name=nicdiag-artifacts.nicdiag-system.svc.cluster.local',
            '--artifacts-name=artifacts.example',
            '--listen=[$(POD_IP)]:8081',
          ],
        },
      ],
    }),
  },
  {
    title: 'it may read and write two Secrets by name for that, and make none',
    values: { artifacts: { tls: TLS_OF('SelfSigned') } },
    ...{ kind: 'Role', name: 'nicdiag-operator' },
    is: {
      rules: [
        { resources: ['leases'] },
        { resources: ['leases'] },
        {
          resources: ['secrets'],
          resourceNames: ['nicdiag-artifacts-ca', 'nicdiag-artifacts-tls'],
          verbs: ['get', 'update'],
        },
        { resources: ['configmaps'], resourceNames: ['nicdiag-artifacts-ca'], verbs: ['get', 'update'] },
      ],
    },
  },
  {
    title: 'agents ask devlink in the network namespace of their host',
    values: {},
    ...{ kind: 'DaemonSet', name: 'nicdiag-agent' },
    is: pod({
      containers: [{ args: ['--host-root=/host', '--devlink-netns=/host/proc/1/ns/net'] }],
    }),
  },
  {
    title: 'agents that do not ask the host’s devlink see no process of it',
    values: { agent: { hostDevlink: false } },
    ...{ kind: 'DaemonSet', name: 'nicdiag-agent' },
    is: pod({
      containers: [{ args: ['--host-root=/host', '--state-dir=/var/lib/nicdiag'] }],
      volumes: [{ name: 'dev' }, { name: 'sys' }],
    }),
  },
  {
    title: 'agents have the priority of the chart’s own class',
    values: {},
    ...{ kind: 'DaemonSet', name: 'nicdiag-agent' },
    is: pod({ priorityClassName: 'nicdiag-agent' }),
  },
  {
    title: 'agents can have another priority class, and other tolerations',
    values: {
      priorityClass: { create: false },
      agent: { priorityClassName: 'system-node-critical', tolerations: [{ key: 'gpu', operator: 'Exists' }] },
    },
    ...{ kind: 'DaemonSet', name: 'nicdiag-agent' },
    is: pod({ priorityClassName: 'system-node-critical', tolerations: [{ key: 'gpu', operator: 'Exists' }] }),
  },
  {
    title: 'operator and artifact server can be put on nodes of their own',
    values: {
      operator: { nodeSelector: { role: 'infra' }, tolerations: [{ key: 'infra', operator: 'Exists' }] },
      artifacts: { priorityClassName: 'system-cluster-critical' },
    },
    ...{ kind: 'Deployment', name: 'nicdiag-operator' },
    is: pod({
      nodeSelector: { 'kubernetes.io/os': 'linux', role: 'infra' },
      tolerations: [{ key: 'infra', operator: 'Exists' }],
    }),
  },
  {
    title: 'an agent may reach API server, artifact server and DNS, and is reached for its metrics',
    values: { networkPolicies: { apiServerCidrs: ['10.0.0.0/24'], metricsFrom: [{ podSelector: {} }] } },
    ...{ kind: 'NetworkPolicy', name: 'nicdiag-agent' },
    is: {
      spec: {
        ingress: [{ ports: [{ port: 'health' }], from: [{ podSelector: {} }] }],
        egress: [
          { ports: [{ port: 53 }, { port: 53 }, { port: 5353 }, { port: 5353 }] },
          { ports: [{ port: 443 }, { port: 6443 }], to: [{ ipBlock: { cidr: '10.0.0.0/24' } }] },
          {
            ports: [{ port: 'https' }],
            to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'nicdiag-artifacts' } } }],
          },
        ],
      },
    },
  },
  {
    title: 'an artifact server elsewhere is reached by its port',
    values: {
      artifacts: {
        url: 'https://artifacts.example:9443',
        externalEndpoint: { enabled: true, address: '192.0.2.1', port: 12345 },
      },
    },
    ...{ kind: 'NetworkPolicy', name: 'nicdiag-operator' },
    is: {
      spec: {
        egress: [{ ports: [{ port: 53 }] }, { ports: [{ port: 443 }] }, { ports: [{ port: 9443 }, { port: 12345 }] }],
      },
    },
  },
  {
    title: 'agents of a fleet with the mainline driver see /dev/fwctl and no other device',
    values: { agent: { deviceAccess: { interface: 'fwctl' } } },
    ...{ kind: 'DaemonSet', name: 'nicdiag-agent' },
    is: pod({
      containers: [
        {
          volumeMounts: [
            { name: 'dev', mountPath: '/host/dev/fwctl', readOnly: true },
            { name: 'kmsg', mountPath: '/host/dev/kmsg', readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: 'dev', hostPath: { path: '/dev/fwctl', type: 'DirectoryOrCreate' } },
        { name: 'kmsg', hostPath: { path: '/dev/kmsg', type: 'CharDevice' } },
      ],
    }),
  },
  {
    title: 'agents go to the nodes that are selected',
    values: { agent: { nodeSelector: { pool: 'h200' } } },
    ...{ kind: 'DaemonSet', name: 'nicdiag-agent' },
    is: pod({ nodeSelector: { 'kubernetes.io/os': 'linux', pool: 'h200' } }),
  },
  {
    title: 'a digest goes before a tag',
    values: { image: { registry: 'registry.example:5000/nicdiag', tag: 'v1', digests: { operator: DIGEST } } },
    ...{ kind: 'Deployment', name: 'nicdiag-operator' },
    is: pod({
      containers: [
        { image: `registry.example:5000/nicdiag/nicdiag-operator@${DIGEST}`, command: ['nicdiag-operator'] },
      ],
    }),
  },
  {
    title: 'a tag goes before the version of the chart',
    values: {
      image: { registry: 'registry.example', tag: 'v1', pullPolicy: 'Always', pullSecrets: [{ name: 'registry' }] },
    },
    ...{ kind: 'Deployment', name: 'nicdiag-artifacts' },
    is: pod({
      containers: [
        {
          image: 'registry.example/nicdiag-operator:v1',
          imagePullPolicy: 'Always',
          command: ['nicdiag-artifact-server'],
        },
      ],
      imagePullSecrets: [{ name: 'registry' }],
    }),
  },
  {
    title: 'artifacts can be kept in an emptyDir, to try it out',
    values: { artifacts: { storage: { type: 'EmptyDir', size: '1Gi' } } },
    ...{ kind: 'Deployment', name: 'nicdiag-artifacts' },
    is: pod({ volumes: [{ name: 'store', emptyDir: { sizeLimit: '1Gi' } }] }),
  },
  {
    title: 'artifacts can be kept in a bucket, with keys of a Secret and a CA of its own',
    values: {
      artifacts: {
        storage: { type: 'S3' },
        s3: {
          ...{ bucket: 'captures', region: 'us-east-1', endpoint: 'https://minio.example:9000', forcePathStyle: true },
          ...{ credentialsSecret: 'nicdiag-bucket', caBundle: '-----BEGIN CERTIFICATE-----', stagingSize: '2Gi' },
        },
      },
    },
    ...{ kind: 'Deployment', name: 'nicdiag-artifacts' },
    is: {
      spec: {
        ...{ replicas: 1, strategy: { type: 'Recreate' } },
        template: {
          spec: {
            containers: [
              {
                args: [
                  ...['--store=s3://captures/nicdiag', '--staging=/var/lib/nicdiag-artifacts', '--staging-limit=2Gi'],
                  ...['--s3-region=us-east-1', '--s3-endpoint=https://minio.example:9000', '--s3-force-path-style'],
                  '--s3-ca=/etc/nicdiag/s3-ca/ca.crt',
                ],
                env: [
                  { name: 'POD_IP' },
                  { name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'nicdiag-bucket' } } },
                  { name: 'AWS_SECRET_ACCESS_KEY', valueFrom: { secretKeyRef: { name: 'nicdiag-bucket' } } },
                  { name: 'AWS_SESSION_TOKEN', valueFrom: { secretKeyRef: { optional: true } } },
                ],
              },
            ],
            volumes: [
              { name: 'store', emptyDir: { sizeLimit: '2Gi' } },
              { name: 'tls' },
              { name: 's3-ca', configMap: { name: 'nicdiag-artifacts-s3-ca' } },
            ],
          },
        },
      },
    },
  },
  {
    title: 'with a role in place of keys the artifact server may also reach who exchanges its identity',
    values: {
      artifacts: { storage: { type: 'S3' }, s3: { bucket: 'captures', region: 'us-east-1' } },
      networkPolicies: { bucketTo: [{ ipBlock: { cidr: '192.0.2.0/24' } }] },
    },
    ...{ kind: 'NetworkPolicy', name: 'nicdiag-artifacts' },
    is: {
      spec: {
        egress: [
          { ports: [{ port: 53 }] },
          { ports: [{ port: 443 }, { port: 6443 }] },
          { ports: [{ port: 443 }], to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] },
          { ports: [{ port: 443 }] },
          { ports: [{ port: 80 }], to: [{ ipBlock: { cidr: '169.254.170.23/32' } }] },
        ],
      },
    },
  },
  {
    title: 'who calls while the bucket is away is told so',
    values: { artifacts: { storage: { type: 'S3' }, s3: { bucket: 'captures', region: 'us-east-1' } } },
    ...{ kind: 'Service', name: 'nicdiag-artifacts' },
    is: { spec: { publishNotReadyAddresses: true } },
  },
  {
    title: 'a storage class can be chosen',
    values: { artifacts: { storage: { className: 'fast', size: '2Ti' } } },
    ...{ kind: 'PersistentVolumeClaim', name: 'nicdiag-artifacts' },
    immutable: true,
    is: { spec: { storageClassName: 'fast', resources: { requests: { storage: '2Ti' } } } },
  },
  {
    title: 'a ConfigMap of somebody else is mounted for the CA',
    values: { artifacts: { tls: { caBundle: '', caConfigMap: 'trust' } } },
    ...{ kind: 'Deployment', name: 'nicdiag-operator' },
    is: pod({
      volumes: [
        { name: 'api-access' },
        {
          name: 'artifacts-access',
          projected: {
            sources: [{ serviceAccountToken: { audience: 'nicdiag-artifacts' } }, { configMap: { name: 'trust' } }],
          },
        },
      ],
    }),
  },
  {
    title: 'the artifact server can have other ports; its Service keeps its own',
    values: { artifacts: { ports: { https: 9443, health: 9081 } } },
    ...{ kind: 'Service', name: 'nicdiag-artifacts' },
    is: { spec: { ports: [{ name: 'https', port: 8443, targetPort: 'https' }] } },
  },
];
