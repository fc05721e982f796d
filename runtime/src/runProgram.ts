import { constants } from 'node:os';
import { closeLogger, type Logger } from './logger.ts';
import { toError } from './toError.ts';

export interface ProgramOptions {
  /** Where the last words go; without one they are plain lines on stderr. */
  readonly logger?: Logger;
  /** Milliseconds that `main` may take to return after the first signal; then the program exits with 1. Keep it below
   * the pod's terminationGracePeriodSeconds. @default 25,000 */
  readonly graceMs?: number;
}

/** Abort reason of the signal that `main` gets. */
export class ShutdownError extends Error {
  override readonly name = 'ShutdownError';
  readonly code = 'Shutdown';
  readonly signal: string;
  constructor(signal: string) {
    super(`told to stop by ${signal}`);
    this.signal = signal;
  }
}

/** Runs a program to its end and exits the process: the exit code is what `main` returns, 0 for nothing.
 *
 * - SIGTERM or SIGINT aborts `signal` with a `ShutdownError`; `main` may throw that reason (or an AbortError) and it
 *   counts as a clean end. A second signal exits at once.
 * - an error thrown by `main`, an unhandled rejection or exception is logged, exit code 1. */
export async function runProgram(
  main: (context: { readonly signal: AbortSignal }) => Promise<number | undefined>,
  options: ProgramOptions = {},
): Promise<never> {
  const { logger, graceMs = 25_000 } = options;
  const controller = new AbortController();

  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) return process.exit(128 + constants.signals[name]);
      logger?.info('stopping', { signal: name });
      // Unref'd: when main has returned nothing waits for the grace period.
      setTimeout(() => void fail(`did not stop within ${graceMs} ms of ${name}`, undefined, logger), graceMs).unref();
      controller.abort(new ShutdownError(name));
    });
  }
  process.on('unhandledRejection', (reason) => void fail('unhandled rejection', toError(reason), logger));
  process.on('uncaughtException', (error) => void fail('uncaught exception', error, logger));

  try {
    const code = await main({ signal: controller.signal });
    return await exit(code ?? 0, logger);
  } catch (thrown) {
    const error = toError(thrown);
    if (controller.signal.aborted && (error === controller.signal.reason || error.name === 'AbortError')) {
      return await exit(0, logger);
    }
    return await fail('stopped by an error', error, logger);
  }
}

async function fail(what: string, error: Error | undefined, logger: Logger | undefined): Promise<never> {
  if (logger === undefined) process.stderr.write(`${what}${error === undefined ? '' : `: ${error.stack}`}\n`);
  else logger.error(what, { error });
  return await exit(1, logger);
}

async function exit(code: number, logger: Logger | undefined): Promise<never> {
  // A stderr that nobody reads must not keep a finished program alive.
  if (logger !== undefined)
    await Promise.race([closeLogger(logger), new Promise((resolve) => setTimeout(resolve, 500))]);
  return process.exit(code);
}
