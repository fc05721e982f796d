import { createKubeClient, loadKubeConfig } from '@nicdiag/kube';
import {
  answerQuestions,
  createLogger,
  createProbeServer,
  lockDirectory,
  makeDirectory,
  runProgram,
} from '@nicdiag/runtime';
import { type ArtifactServer, createArtifactServer } from './artifactServer.ts';
import { createServerMetrics } from './metrics.ts';
import { parseOptions, type ServerOptions, USAGE } from './options.ts';
import { workingDirectory } from './store/storeLocation.ts';
import { UsageError } from './usageError.ts';

const options = optionsOrExit(process.argv.slice(2));
const logger = createLogger({ program: 'artifact-server', level: options.logLevel });

await runProgram(
  async ({ signal }) => {
    const metrics = createServerMetrics();
    const directory = workingDirectory(options.store);
    makeDirectory(directory);
    let server: ArtifactServer | undefined;
    await using _probes = await createProbeServer({
      listen: options.healthListen,
      ready: () => server?.notReady() ?? ['is starting'],
      registry: metrics.registry,
    });
    using _lock = lockDirectory(directory);
    const { kubeconfig, apiServer, apiCaFile: caFile, tokenFile } = options;
    const config = loadKubeConfig({ kubeconfig, server: apiServer, caFile, tokenFile });
    await using client = createKubeClient(config, { metrics: metrics.kube, userAgent: 'nicdiag-artifact-server' });
    server = await createArtifactServer({ client, logger, metrics, options });
    await server.run({ signal });
    return 0;
  },
  { logger },
);

/** 3 is the exit code for wrong usage in all of nicdiag's programs. */
function optionsOrExit(args: readonly string[]): ServerOptions {
  answerQuestions(args, { program: 'nicdiag-artifact-server', usage: USAGE });
  try {
    return parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exit(3);
  }
}
