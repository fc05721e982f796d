import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DNS_USER } from './credentials.ts';

/** How many claims find a volume. */
const VOLUMES = 3;
const VOLUME_SIZE = '200Gi';
const CLASS = 'shared';

/** What whoever sets up a cluster makes before anybody uses it: rights of its DNS, and storage.
 * @param directory in which volumes lie; all nodes see it, as they would see network storage */
export function clusterObjects(directory: string): ReadonlyArray<Readonly<Record<string, unknown>>> {
  const volumes = Array.from({ length: VOLUMES }, (_, index) => `${CLASS}-${index + 1}`);
  for (const name of volumes) {
    mkdirSync(join(directory, name), { recursive: true });
    // kubelet gives no directory of a node to a Pod's group, as it does with other volumes.
    chmodSync(join(directory, name), 0o777);
  }
  return [...dnsRights(), storageClass(), ...volumes.map((name) => volume(name, join(directory, name)))];
}

function dnsRights(): ReadonlyArray<Readonly<Record<string, unknown>>> {
  const read = ['list', 'watch'];
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: DNS_USER },
      rules: [
        { apiGroups: [''], resources: ['services', 'namespaces', 'pods', 'endpoints'], verbs: read },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: DNS_USER },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: DNS_USER },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: DNS_USER }],
    },
  ];
}

function storageClass(): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: CLASS, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
    reclaimPolicy: 'Retain',
  };
}

function volume(name: string, path: string): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      storageClassName: CLASS,
      capacity: { storage: VOLUME_SIZE },
      accessModes: ['ReadWriteOnce', 'ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path, type: 'Directory' },
    },
  };
}
