import { fileURLToPath } from 'node:url';
import { RESOURCES } from '@nicdiag/api';
import { type Cluster, untilServed } from '@nicdiag/tools';

const CRDS = fileURLToPath(new URL('../../../crds', import.meta.url));

/** The CRDs alone, without the rest of the chart. */
export async function installCrds(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['apply', '-f', CRDS]);
  await untilServed(
    cluster,
    Object.values(RESOURCES).map(({ plural }) => `${plural}.nicdiag.dev`),
  );
}
