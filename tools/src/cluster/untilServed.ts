import { setTimeout } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';

const WAIT_MS = 120_000;
const POLL_MS = 50;

/** Waits until kubectl and everybody else can use the kinds of CRDs that were applied: a CRD is called Established a
 * moment before discovery lists its kind and the API server answers for it.
 * @param names of the CRDs, e.g. `nicnodes.nicdiag.dev` */
export async function untilServed(
  { kubectl, tryKubectl }: Pick<Cluster, 'kubectl' | 'tryKubectl'>,
  names: readonly string[],
): Promise<void> {
  const timeout = `--timeout=${WAIT_MS / 1000}s`;
  await kubectl(['wait', '--for=condition=Established', timeout, ...names.map((name) => `crd/${name}`)]);
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const { code, stderr } = await tryKubectl(['get', names.join(), '--all-namespaces', '--output=name']);
    if (code === 0) return;
    if (Date.now() > deadline)
      throw new Error(`${names.join()} not served ${WAIT_MS / 1000} s after they were established: ${stderr.trim()}`);
    await setTimeout(POLL_MS);
  }
}
