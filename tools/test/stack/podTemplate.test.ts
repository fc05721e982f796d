import test from 'ava';
import { parseManifests } from '../../src/stack/manifests.ts';
import { FieldError } from '../../src/stack/pod/fields.ts';
import { parseWorkloads } from '../../src/stack/pod/podTemplate.ts';

const MANIFESTS = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: ns}
spec:
  template:
    metadata: {labels: {app: agent}}
    spec:
      serviceAccountName: sa
      nodeSelector: {os: linux}
      containers:
        - name: agent
          command: [program]
          args: [--listen=:8081]
          env:
            - {name: PLAIN, value: text}
            - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
            - {name: KEY, valueFrom: {secretKeyRef: {name: keys, key: id}}}
            - {name: MAYBE, valueFrom: {secretKeyRef: {name: keys, key: token, optional: true}}}
          ports: [{name: health, containerPort: 8081}]
          readinessProbe: {httpGet: {path: /readyz, port: health}}
          volumeMounts: [{name: dev, mountPath: /host/dev}, {name: access, mountPath: /access}]
      volumes:
        - {name: dev, hostPath: {path: /dev, type: Directory}}
        - {name: state, hostPath: {path: /var/lib/x, type: DirectoryOrCreate}}
        - {name: data, persistentVolumeClaim: {claimName: claim}}
        - {name: scratch, emptyDir: {}}
        - {name: tls, secret: {secretName: tls}}
        - name: access
          projected:
            sources:
              - serviceAccountToken: {path: token, audience: aud, expirationSeconds: 600}
              - configMap: {name: ca, items: [{key: ca.crt, path: ca.crt}]}
              - downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}
---
apiVersion: v1
kind: Service
metadata: {name: agents, namespace: ns}
spec: {selector: {app: agent}}
`;

test("what decides how a program runs is read from a workload's template", (t) => {
  const [template, ...others] = parseWorkloads(parseManifests(MANIFESTS));
  t.deepEqual(others, []);
  t.like(template, {
    ...{ kind: 'DaemonSet', workload: 'agent', namespace: 'ns', serviceAccount: 'sa', replicas: 1 },
    ...{ labels: { app: 'agent' }, nodeSelector: { os: 'linux' } },
  });
  t.deepEqual(template!.container, {
    name: 'agent',
    command: ['program'],
    args: ['--listen=:8081'],
    env: [
      { name: 'PLAIN', value: 'text' },
      { name: 'NODE', value: { fieldPath: 'spec.nodeName' } },
      { name: 'KEY', value: { secret: 'keys', key: 'id', optional: false } },
      { name: 'MAYBE', value: { secret: 'keys', key: 'token', optional: true } },
    ],
    ports: [{ name: 'health', containerPort: 8081 }],
    mounts: [
      { volume: 'dev', mountPath: '/host/dev' },
      { volume: 'access', mountPath: '/access' },
    ],
    readiness: { path: '/readyz', port: 'health' },
  });
  t.deepEqual(template!.volumes, [
    { name: 'dev', kind: 'hostPath', path: '/dev', mustExist: true },
    { name: 'state', kind: 'hostPath', path: '/var/lib/x', mustExist: false },
    { name: 'data', kind: 'directory' },
    { name: 'scratch', kind: 'directory' },
    { name: 'tls', kind: 'files', sources: [{ kind: 'secret', name: 'tls', items: undefined }] },
    {
      name: 'access',
      kind: 'files',
      sources: [
        { kind: 'token', path: 'token', audience: 'aud', seconds: 600 },
        { kind: 'configMap', name: 'ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] },
        { kind: 'field', path: 'namespace', fieldPath: 'metadata.namespace' },
      ],
    },
  ]);
});

for (const [what, from, to, message] of [
  [
    'without a field that is needed',
    'serviceAccountName: sa',
    'serviceAccountName: 7',
    'serviceAccountName is no text',
  ],
  ['with a second container', 'containers:', 'containers:\n        - {name: second}', /several containers/],
  ['with a subPath', 'mountPath: /access', 'mountPath: /access, subPath: a', /subPath of access is not provided/],
] as const) {
  test(`a template ${what} is refused`, (t) => {
    const broken = parseManifests(MANIFESTS.replace(from, to));
    t.throws(() => parseWorkloads(broken), { instanceOf: FieldError, message });
  });
}
