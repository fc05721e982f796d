import test from 'ava';
import { placePods } from '../../src/stack/pod/placement.ts';
import { createPodNetwork } from '../../src/stack/pod/podNetwork.ts';
import type { PodTemplate } from '../../src/stack/pod/podTemplate.ts';
import { workloadStatus } from '../../src/stack/pod/workloadStatus.ts';

const NODES = [
  { name: 'system', labels: { os: 'linux' } },
  { name: 'gpu-a', labels: { os: 'linux', nics: 'true' } },
  { name: 'gpu-b', labels: { os: 'linux', nics: 'true' } },
];

function workload(kind: PodTemplate['kind'], nodeSelector: Record<string, string>, replicas = 1): PodTemplate {
  return {
    ...{ kind, workload: 'w', namespace: 'n', replicas, nodeSelector },
    ...{ labels: {}, spec: {}, serviceAccount: 's', volumes: [] },
    container: {
      ...{ name: 'c', command: [], args: [], env: [], ports: [], mounts: [] },
      readiness: { path: '/', port: 'p' },
    },
  };
}

for (const [what, template, expected] of [
  [
    'a DaemonSet has a Pod on each node that it selects',
    workload('DaemonSet', { nics: 'true' }),
    ['w-gpu-a@gpu-a', 'w-gpu-b@gpu-b'],
  ],
  ['a DaemonSet that selects no node has none', workload('DaemonSet', { nics: 'false' }), []],
  [
    'a Deployment has its replicas, on the first node',
    workload('Deployment', { os: 'linux' }, 2),
    ['w-0@system', 'w-1@system'],
  ],
  ['a Deployment goes where its selector allows', workload('Deployment', { nics: 'true' }), ['w-0@gpu-a']],
  ['a Deployment of no replicas has none', workload('Deployment', { os: 'windows' }, 0), []],
] as const) {
  test(what, (t) => {
    t.deepEqual(
      placePods(template, NODES).map(({ name, nodeName }) => `${name}@${nodeName}`),
      expected,
    );
  });
}

test('a Deployment without a node is refused', (t) => {
  t.throws(() => placePods(workload('Deployment', { os: 'windows' }), NODES), { message: /w has no node.*windows/ });
});

test('each Pod has an address of its own, in one block that other programs do not use', (t) => {
  const network = createPodNetwork();
  const addresses = Array.from({ length: 200 }, () => network.allocate());
  t.is(new Set(addresses).size, addresses.length);
  t.is(new Set(addresses.map((address) => address.replace(/\d+$/, ''))).size, 1);
  t.true(addresses.every((address) => /^127\.[1-9]\d*\.\d+\.\d+$/.test(address)));
  t.throws(() => Array.from({ length: 100 }, () => network.allocate()), { message: /no address is left/ });
});

test('the status of a workload counts its Pods', (t) => {
  t.like(workloadStatus('Deployment', 3, { wanted: 2, ready: 1 }), {
    ...{ observedGeneration: 3, replicas: 2, readyReplicas: 1, unavailableReplicas: 1 },
  });
  t.like(workloadStatus('DaemonSet', 3, { wanted: 3, ready: 3 }), {
    ...{ observedGeneration: 3, desiredNumberScheduled: 3, numberReady: 3, numberUnavailable: 0 },
  });
});
