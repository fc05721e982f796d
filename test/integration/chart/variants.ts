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

export const VARIANTS: readonly Variant[] = [
  {
    title: 'agents of a fleet with the mainline driver see /dev/fwctl and no other device',
    values: { agent: { deviceAccess: 'fwctl' } },
    ...{ kind: 'DaemonSet', name: 'nicdiag-agent' },
    is: pod({
      containers: [{ volumeMounts: [{ name: 'dev', mountPath: '/host/dev/fwctl', readOnly: true }] }],
      volumes: [{ name: 'dev', hostPath: { path: '/dev/fwctl', type: 'DirectoryOrCreate' } }],
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
