import { setTimeout } from 'node:timers/promises';
import { ApiError } from '../../cluster/adminClient.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { labels, record } from './fields.ts';

const WAIT_MS = 120_000;
const POLL_MS = 50;

/** Waits for the object, as a Pod would: kube-root-ca.crt is made by a controller soon after its namespace. */
export async function readData(
  cluster: Cluster,
  path: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return labels(record(await cluster.admin.request('GET', path, { signal }), path)['data'], `${path}.data`);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'NotFound') || Date.now() > deadline) throw error;
      await setTimeout(POLL_MS, undefined, { signal });
    }
  }
}
