import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { createArtifactClient } from '@nicdiag/artifacts';
import { createEventRecorder, createKubeClient, loadKubeConfig, runLeaderElection } from '@nicdiag/kube';
import { answerQuestions, createLogger, createProbeServer, runProgram } from '@nicdiag/runtime';
import { FlagError, type OperatorFlags, parseFlags, usage } from './flags.ts';
import { createOperatorMetrics } from './metrics.ts';
import { createOperator } from './operator.ts';
import { runSelftest } from './selftest/runSelftest.ts';

/** The lease went to another replica while this one still worked. Starting anew is the safe way back to standby. */
class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
  readonly code = 'LeadershipLost';
  constructor() {
    super('the lease was lost; exiting so that nothing remembered is acted upon');
  }
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'selftest') process.exit(await runSelftest(rest, (line) => process.stdout.write(`${line}\n`)));

const flags = flagsOrExit();
const logger = createLogger({ program: 'nicdiag-operator', level: flags.logLevel });

await runProgram(
  async ({ signal }) => {
    const identity = `${process.env['POD_NAME'] ?? hostname()}_${randomUUID().slice(0, 8)}`;
    const metrics = createOperatorMetrics();
    await using client = createKubeClient(
      loadKubeConfig({ kubeconfig: flags.kubeconfig, ...flags.api, namespace: flags.namespace }),
      {
        metrics,
        userAgent: 'nicdiag-operator',
      },
    );
    await using recorder = createEventRecorder({
      client,
      controller: 'nicdiag.dev/operator',
      instance: identity,
      onError: (error) => logger.warn('an event was not written', { error }),
    });
    const artifacts = createArtifactClient({
      url: flags.artifacts.url,
      ca: () => operator.artifactsCa() ?? readFileSync(flags.artifacts.caFile ?? '', 'utf8'),
      token: () => readFileSync(flags.artifacts.tokenFile, 'utf8').trim(),
    });
    using operator = createOperator({
      client,
      namespace: flags.namespace,
      agentNamespace: flags.agentNamespace,
      certificate: flags.artifacts.certificate,
      seal: artifacts.seal,
      firstResealMs: flags.firstResealMs,
      recorder,
      metrics,
      logger,
    });
    await using _probes = await createProbeServer({
      listen: flags.listen,
      ready: operator.unready,
      registry: metrics.registry,
    });
    try {
      await Promise.all([
        operator.watch({ signal }),
        runLeaderElection(
          {
            client,
            namespace: flags.namespace,
            name: flags.lease.name,
            identity,
            leaseDurationMs: flags.lease.durationMs,
            renewDeadlineMs: flags.lease.renewDeadlineMs,
            retryPeriodMs: flags.lease.retryPeriodMs,
            metrics,
            onError: (error) => logger.warn('leader election', { error }),
            async lead(leadership) {
              await operator.lead(leadership);
              if (!signal.aborted) throw new LeadershipLostError();
            },
          },
          { signal },
        ),
      ]);
    } finally {
      artifacts.close();
    }
    return 0;
  },
  { logger },
);

function flagsOrExit(): OperatorFlags {
  const args = process.argv.slice(2);
  answerQuestions(args, { program: 'nicdiag-operator', usage });
  try {
    return parseFlags(args);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    return process.exit(2);
  }
}
