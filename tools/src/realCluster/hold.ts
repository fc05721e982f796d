import { parseArgs } from 'node:util';
import { installLaunchers } from '../demo/launchers.ts';
import { hold } from '../kept/hold.ts';
import { nodeSpecs } from './nodeSpec.ts';
import { startRealCluster } from './startRealCluster.ts';

/* `hold.ts --nodes N [--image ARCHIVE]…`: the background process of `make cluster`. */
const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '3' }, image: { type: 'string', multiple: true, default: [] } },
});
await hold(async (options) => {
  const cluster = await startRealCluster({ nodes: nodeSpecs(Number(values.nodes)), images: values.image, ...options });
  return {
    cluster,
    bin: installLaunchers(cluster),
    logs: cluster.nursery.logs,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
});
