import { hold } from '../kept/hold.ts';
import { buildNicdiagImages, REGISTRY } from '../realCluster/nicdiagImages.ts';
import { startRealCluster } from '../realCluster/startRealCluster.ts';
import { runHelm } from '../stack/helm.ts';
import { CHART } from '../stack/paths.ts';
import { installLaunchers } from './launchers.ts';

/* The background process of a demo on real nodes: images, cluster, `helm install`. */
await hold(async ({ say, signal }) => {
  say('building the images');
  const images = await buildNicdiagImages();
  const cluster = await startRealCluster({ images, say, signal });
  try {
    say('helm install nicdiag charts/nicdiag');
    await runHelm(cluster, ['install', 'nicdiag', CHART, `--set=image.registry=${REGISTRY}`, '--wait', '--timeout=5m']);
    say('artifact server, operator and agents are ready');
    return {
      cluster,
      bin: installLaunchers(cluster),
      logs: cluster.nursery.logs,
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    };
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
});
