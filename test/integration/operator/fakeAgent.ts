import { type Assignment, isTerminalState, type NicNode, type NodeCapture, type NodeCaptureStatus } from '@nicdiag/api';
import { createKubeClient, isKubeError, loadKubeConfig, type Stored } from '@nicdiag/kube';
import type { Cluster } from '@nicdiag/tools';
import { nicNodes, nodeCaptures } from './resources.ts';

/** What an agent does with its work. `hang`: it begins and never ends by itself, but heeds a cancel. `deaf`: it does nothing. */
export type Behaviour = NodeCaptureStatus | 'hang' | 'deaf';

export const succeeded: NodeCaptureStatus = {
  state: 'Succeeded',
  reason: 'Succeeded',
  totalBytes: 1000,
  storedBytes: 100,
  devices: [{ pciAddress: '0000:03:00.0', state: 'Succeeded', items: 60, itemErrors: 0 }],
};

/** Plays the agent of one node with the identity and rights of a real one: watches its NicNode, answers by status. */
export interface FakeAgent extends AsyncDisposable {
  readonly nodeName: string;
  /** assignments as they came, by UID of the NodeCapture */
  readonly seen: Map<string, Assignment>;
  /** For the next assignments. */
  behaviour: Behaviour;
  /** Ends what hangs. */
  release(status: NodeCaptureStatus): Promise<void>;
  setReady(ready: boolean): Promise<void>;
}

export interface FakeAgentOptions {
  cluster: Cluster;
  nodeName: string;
  behaviour?: Behaviour;
  collectors?: readonly string[];
}

const account = { namespace: 'nicdiag-agent', serviceAccount: 'nicdiag-agent' };

export async function startFakeAgent({
  cluster,
  nodeName,
  behaviour = succeeded,
  collectors,
}: FakeAgentOptions): Promise<FakeAgent> {
  const pod = { namespace: account.namespace, name: `agent-${nodeName}` };
  const { metadata } = await cluster.createPod({
    ...account,
    ...pod,
    nodeName,
    labels: { 'app.kubernetes.io/name': 'nicdiag-agent' },
  });
  const { token } = await cluster.boundToken({ ...account, pod: { name: pod.name, uid: metadata.uid } });
  const client = createKubeClient(
    loadKubeConfig({ kubeconfig: cluster.writeKubeconfig(`agent-${nodeName}`, { token }) }),
  );
  const stop = new AbortController();
  const { signal } = stop;
  const seen = new Map<string, Assignment>();
  const hanging = new Map<string, Stored<NodeCapture>>();
  let described = false;

  async function write(child: Stored<NodeCapture>, status: NodeCaptureStatus): Promise<void> {
    const finished = isTerminalState(status.state) ? { finishedAt: new Date().toISOString() } : {};
    await client
      .patch(
        nodeCaptures,
        child.metadata,
        { type: 'merge', body: { status: { ...status, ...finished } } },
        { subresource: 'status', signal },
      )
      .catch((error: unknown) => {
        // The first terminal status wins; to the agent that is final.
        if (!isKubeError(error, 'Invalid', 'NotFound')) throw error;
      });
  }

  async function take(assignment: Assignment): Promise<void> {
    const known = seen.get(assignment.uid);
    seen.set(assignment.uid, assignment);
    if (agent.behaviour === 'deaf') return;
    if (assignment.cancel) {
      const child = hanging.get(assignment.uid) ?? (await client.find(nodeCaptures, assignment, { signal }));
      hanging.delete(assignment.uid);
      if (child && !isTerminalState(child.status?.state))
        await write(child, { state: 'Cancelled', reason: 'Cancelled' });
      return;
    }
    if (known) return;
    const child = await client.find(nodeCaptures, assignment, { signal });
    if (!child || child.metadata.uid !== assignment.uid || isTerminalState(child.status?.state)) return;
    if (agent.behaviour === 'hang') {
      hanging.set(assignment.uid, child);
      await write(child, { state: 'Running', reason: 'Running' });
    } else {
      await write(child, agent.behaviour);
    }
  }

  async function describe(inbox: Stored<NicNode>): Promise<void> {
    if (described) return;
    described = true;
    const status = {
      agent: {
        version: '0.0.0',
        collectors: collectors ?? ['RegisterDump', 'CapabilityDump'],
        startedAt: new Date().toISOString(),
      },
      devices: 1,
    };
    await client.patch(
      nicNodes,
      { name: inbox.metadata.name },
      { type: 'merge', body: { status } },
      { subresource: 'status', signal },
    );
  }

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const event of client.watch(nicNodes, { fieldSelector: `metadata.name=${nodeName}`, signal })) {
          if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
          for (const assignment of event.object.spec.assignments ?? []) await take(assignment);
          await describe(event.object);
        }
      } catch (error) {
        if (!signal.aborted && !isKubeError(error)) throw error;
      }
    }
  }

  const agent: FakeAgent = {
    nodeName,
    seen,
    behaviour,
    async release(status) {
      await Promise.all([...hanging.values()].map((child) => write(child, status)));
      hanging.clear();
    },
    setReady: (ready) => cluster.setPodReady(pod, ready),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await following;
      await client[Symbol.asyncDispose]();
    },
  };
  const following = follow();
  await agent.setReady(true);
  return agent;
}
