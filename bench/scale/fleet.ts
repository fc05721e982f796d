import type { Cluster } from '@nicdiag/tools';
import type { FleetFile } from './agentsProgram.ts';

export const POOL = { pool: 'scale' } as const;

const AGENT = { namespace: 'nicdiag-agent', serviceAccount: 'nicdiag-agent' } as const;
/** What a Node of a GPU cluster has besides: labels of feature discovery, images. */
const LABELS = Object.fromEntries(
  Array.from({ length: 60 }, (_, index) => [`feature.node.kubernetes.io/cpu-cpuid.FEATURE${index}`, 'true']),
);
const STATUS = {
  images: Array.from({ length: 50 }, (_, index) => ({
    names: [`registry.example/team/image-${index}@sha256:${'a'.repeat(64)}`, `registry.example/team/image-${index}:v1`],
    sizeBytes: 123_456_789,
  })),
};

const AT_ONCE = 16;
const DEVICES = 8;

/** Nodes, each with a Ready agent Pod and the token that the kubelet would give it. */
export async function createFleet(
  cluster: Cluster,
  count: number,
  workMs: FleetFile['workMs'],
  ca: string,
): Promise<FleetFile> {
  const names = Array.from({ length: count }, (_, index) => `node-${String(index).padStart(4, '0')}`);
  const agents: { node: string; token: string }[] = [];
  await inParallel(names, async (node) => {
    await cluster.admin.request('POST', '/api/v1/nodes', {
      body: {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: node, labels: { ...LABELS, ...POOL } },
        status: STATUS,
      },
    });
    const name = `agent-${node}`;
    const labels = { 'app.kubernetes.io/name': 'nicdiag-agent' };
    const pod = await cluster.createPod({ ...AGENT, name, nodeName: node, labels });
    await cluster.admin.request('PATCH', `/api/v1/namespaces/${AGENT.namespace}/pods/${name}/status`, {
      body: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      contentType: 'application/merge-patch+json',
    });
    const { token } = await cluster.boundToken({ ...AGENT, pod: { name, uid: pod.metadata.uid } });
    agents.push({ node, token });
  });
  return { server: cluster.server, ca, agents, workMs, status: finalStatus() };
}

/** Of a node with 8 devices, all done: the largest that a node without failures writes. */
function finalStatus(): FleetFile['status'] {
  const devices = Array.from({ length: DEVICES }, (_, index) => ({
    pciAddress: `0000:${(index + 16).toString(16)}:00.0`,
    state: 'Succeeded',
    items: 171,
    itemErrors: 0,
    manifest: { digest: `sha256:${String(index).repeat(64)}`, sizeBytes: 4_211 },
  }));
  return { state: 'Succeeded', reason: 'Succeeded', totalBytes: 524_288, storedBytes: 65_536, devices };
}

export async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>, atOnce = AT_ONCE) {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await act(item);
    }),
  );
}
