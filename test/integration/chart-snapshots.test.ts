import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideBinaries, renderChartObjects } from '@nicdiag/tools';
import test from 'ava';
import { dump } from 'js-yaml';

/* What the chart prints for the installations that people have, whole: a change of the chart shows in a review as the objects
 * that it changes. NICDIAG_UPDATE=1 writes them anew. */
const INSTALLATIONS = {
  'as-it-comes': {},
  'fwctl-fleet': {
    agent: {
      deviceAccess: { interface: 'fwctl' },
      nodeSelector: { 'feature.node.kubernetes.io/pci-15b3.present': 'true' },
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
    },
    artifacts: { storage: { className: 'fast', size: '2Ti' } },
  },
  'cert-manager-and-prometheus': {
    artifacts: {
      tls: { source: 'CertManager', certManager: { issuerRef: { name: 'corporate', kind: 'ClusterIssuer' } } },
    },
    monitoring: { podMonitors: { enabled: true }, alerts: { enabled: true } },
    networkPolicies: { metricsFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }] },
  },
  'server-elsewhere': {
    artifacts: {
      url: 'https://artifacts.example:9443',
      tls: { source: 'Secret', caConfigMap: 'corporate-ca' },
      externalEndpoint: { enabled: true, address: '192.0.2.1', port: 9443 },
    },
    namespaces: { system: { create: false }, agent: { create: false } },
  },
  'bucket-with-keys': {
    artifacts: {
      storage: { type: 'S3' },
      s3: {
        ...{ bucket: 'captures', prefix: 'clusters/east', region: 'us-east-1', endpoint: 'https://minio.example:9000' },
        ...{ forcePathStyle: true, credentialsSecret: 'nicdiag-bucket', caConfigMap: 'minio-ca', stagingSize: '16Gi' },
      },
    },
    networkPolicies: { bucketTo: [{ ipBlock: { cidr: '192.0.2.0/24' } }] },
  },
  'bucket-with-role': {
    artifacts: {
      storage: { type: 'S3' },
      s3: {
        ...{ bucket: 'captures', region: 'eu-central-1' },
        serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/nicdiag' },
      },
    },
  },
  'to-try-it-out': {
    operator: { replicas: 1 },
    artifacts: { storage: { type: 'EmptyDir', size: '1Gi' } },
    networkPolicies: { enabled: false },
    flowControl: { enabled: false },
  },
} as const;

for (const [name, values] of Object.entries(INSTALLATIONS)) {
  test(`the objects of an installation are those of its snapshot: ${name}`, async (t) => {
    t.timeout(600_000);
    const { helm } = await provideBinaries();
    const printed = renderChartObjects(helm, { image: { registry: 'registry.example/nicdiag' }, ...values })
      // crds/ is the source of these, and reviewed there.
      .filter(({ kind }) => kind !== 'CustomResourceDefinition')
      .map((object) => dump(object, { lineWidth: 140, noRefs: true }))
      .join('---\n');
    const file = fileURLToPath(new URL(`chart/snapshots/${name}.yaml`, import.meta.url));
    if (process.env['NICDIAG_UPDATE'] === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, printed);
    }
    t.true(existsSync(file), 'NICDIAG_UPDATE=1 writes it');
    t.is(printed, readFileSync(file, 'utf8'));
  });
}
