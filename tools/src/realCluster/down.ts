import { endKept, findKept } from '../kept/kept.ts';
import { sweepAbandoned } from '../nursery/owner.ts';
import { CLUSTER_DIRECTORY } from './clusterDirectory.ts';

/* `make cluster-down`: ends the cluster of `make cluster`, and what a killed one could not clean up. */
const kept = findKept(CLUSTER_DIRECTORY);
if (kept !== undefined && !(await endKept(CLUSTER_DIRECTORY, kept))) {
  process.stderr.write(`the cluster's process ${kept.pid} does not end; kill -9 ${kept.pid} and run this again\n`);
  process.exitCode = 1;
} else {
  const swept = await sweepAbandoned();
  if (kept !== undefined) process.stdout.write('the cluster has ended\n');
  else process.stdout.write(swept.length > 0 ? 'cleaned up after a killed cluster\n' : 'no cluster is running\n');
}
