import { answerQuestions, createLogger, runProgram } from '@nicdiag/runtime';
import { runAgent } from './agent.ts';
import { favourMemory } from './memory/favourMemory.ts';
import { readOptions, USAGE, UsageError } from './options.ts';

/** Exit code for a wrong command line. */
const EXIT_USAGE = 2;
/** Shorter than the 30 s that the kubelet gives, longer than the agent's own wait. */
const GRACE_MS = 15_000;

answerQuestions(process.argv.slice(2), { program: 'nicdiag-agent', usage: USAGE });
favourMemory();
try {
  const options = readOptions(process.argv.slice(2), process.env);
  const logger = createLogger({ program: 'node-agent', level: options.logLevel }).child({ node: options.nodeName });
  await runProgram(
    async ({ signal }) => {
      await runAgent(options, logger, signal);
      return 0;
    },
    { logger, graceMs: GRACE_MS },
  );
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exit(EXIT_USAGE);
}
