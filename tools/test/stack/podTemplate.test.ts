import test from 'ava';
import { parseManifests } from '../../src/stack/manifests.ts';
import { FieldError } from '../../src/stack/pod/fields.ts';
import { findTemplate } from '../../src/stack/pod/podTemplate.ts';
import { parseServices, selects } from '../../src/stack/pod/services.ts';

const MANIFESTS = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: ns}
spec:
  template:
    metadata: {labels: {app: agent}}
    spec:
      serviceAccountName: sa
      containers:
        - name: agent
          args: [node-agent, --listen=:8081]
          env:
            - {name: PLAIN, value: text}
            - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
          ports: [{name: health, containerPort: 8081}]
          readinessProbe: {httpGet: {path: /readyz, port: health}}
          volumeMounts: [{name: dev, mountPath: /host/dev}, {name: access, mountPath: /access}]
      volumes:
        - {name: dev, hostPath: {path: /dev}}
        - {name: data, persistentVolumeClaim: {claimName: claim}}
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
spec:
  selector: {app: agent}
  ports: [{name: https, port: 443, targetPort: health}]
---
apiVersion: v1
kind: Service
metadata: {name: external, namespace: ns}
spec:
  ports: [{name: https, port: 443}]
`;

test("what decides how a program runs is read from a workload's template", (t) => {
  const template = findTemplate(parseManifests(MANIFESTS), 'agent');
  t.like(template, { namespace: 'ns', serviceAccount: 'sa', labels: { app: 'agent' } });
  t.deepEqual(template.container, {
    args: ['node-agent', '--listen=:8081'],
    env: [
      { name: 'PLAIN', value: 'text' },
      { name: 'NODE', value: { fieldPath: 'spec.nodeName' } },
    ],
    ports: [{ name: 'health', containerPort: 8081 }],
    mounts: [
      { volume: 'dev', mountPath: '/host/dev' },
      { volume: 'access', mountPath: '/access' },
    ],
    readiness: { path: '/readyz', port: 'health' },
  });
  t.deepEqual(template.volumes, [
    { name: 'dev', kind: 'hostPath', path: '/dev' },
    { name: 'data', kind: 'claim', claim: 'claim' },
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

test('a template without what is needed is refused by the path of it', (t) => {
  const broken = MANIFESTS.replace('serviceAccountName: sa', 'serviceAccountName: 7');
  t.throws(() => findTemplate(parseManifests(broken), 'agent'), {
    instanceOf: FieldError,
    message: 'serviceAccountName is no text',
  });
  t.throws(() => findTemplate(parseManifests(MANIFESTS), 'other'), { message: /no Deployment or DaemonSet other/ });
});

test('Services lead to the Pods that they select; one without a selector to none', (t) => {
  const manifests = parseManifests(MANIFESTS);
  const services = parseServices(manifests);
  t.deepEqual(services, [
    { url: 'https://agents.ns.svc:443', namespace: 'ns', selector: { app: 'agent' }, targetPort: 'health' },
  ]);
  const template = findTemplate(manifests, 'agent');
  t.true(selects(services[0]!, template));
  t.false(selects({ ...services[0]!, namespace: 'other' }, template));
  t.false(selects({ ...services[0]!, selector: { app: 'agent', tier: 'x' } }, template));
});
