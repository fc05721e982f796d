import { setTimeout } from 'node:timers/promises';
import { type AdminClient, ApiError, type ApiObject } from '../cluster/adminClient.ts';

const READY_MS = 180_000;
const POLL_MS = 100;

/** Resolves when the Node is Ready by the word of its kubelet after a certain time: what an earlier run said stands for a
 * while when that is gone.
 * @param since milliseconds since the epoch
 * @param explain what to show when it takes too long */
export async function untilNodeReady(
  admin: AdminClient,
  name: string,
  since: number,
  explain: () => string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    signal?.throwIfAborted();
    const [node, lease] = await Promise.all([
      found(admin.object('GET', `/api/v1/nodes/${name}`)),
      found(admin.object('GET', `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`)),
    ]);
    if (isReady(node) && renewedAt(lease) > since) return;
    if (Date.now() > deadline) throw new Error(`node ${name} is not Ready after ${READY_MS / 1000} s:\n${explain()}`);
    await setTimeout(POLL_MS);
  }
}

async function found(answer: Promise<ApiObject>): Promise<ApiObject | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

function isReady(node: ApiObject | undefined): boolean {
  const { conditions = [] } = (node?.['status'] ?? {}) as {
    readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string }>;
  };
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function renewedAt(lease: ApiObject | undefined): number {
  const { renewTime } = (lease?.['spec'] ?? {}) as { readonly renewTime?: string };
  return renewTime === undefined ? 0 : Date.parse(renewTime);
}
