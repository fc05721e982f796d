import { startRealCluster } from '@nicdiag/tools';

/* Starts a cluster of one node, says where it is, and waits to be killed. */
await using cluster = await startRealCluster({ nodes: [{ name: 'lonely', profile: 'gpu-b' }], say: () => {} });
process.stdout.write(
  `${JSON.stringify({ directory: cluster.nursery.directory, machine: cluster.addresses.machine })}\n`,
);
await new Promise((resolve) => setTimeout(resolve, 600_000));
