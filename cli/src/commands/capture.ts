import type { DiagnosticCapture } from '@nicdiag/api';
import type { KubeClient, Stored } from '@nicdiag/kube';
import { parseDuration } from '@nicdiag/runtime';
import { captureColumns } from '../capture/captureColumns.ts';
import { captureOutcome } from '../capture/captureOutcome.ts';
import { explainOutcome } from '../capture/explainOutcome.ts';
import { progressLine } from '../capture/progressLine.ts';
import { readCaptureFile } from '../capture/readCaptureFile.ts';
import { waitForCapture } from '../capture/waitForCapture.ts';
import { connect } from '../connection/connect.ts';
import { type ConnectionFlags, durationFlag } from '../connection/connectionFlags.ts';
import { CAPTURE_TYPE, CAPTURES } from '../connection/resources.ts';
import { downloadCapture } from '../download/downloadCapture.ts';
import { makeOutputDirectory } from '../download/outputDirectory.ts';
import { CommandError, EXIT } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { type OutputFormat, parseOutput, printObjects } from '../output/printObjects.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { reportText } from './verify.ts';

export interface CaptureOptions extends ConnectionFlags {
  readonly filename: string;
  readonly wait?: boolean;
  readonly download?: string;
  readonly timeout?: string;
  readonly output?: string;
  readonly systemNamespace: string;
}

/** Every capture ends by its deadline; so much later it is sealed, or something is wrong. */
const AFTER_DEADLINE_MS = 2 * 60_000;

/** Creates a capture; with --wait follows it to its end, with --download fetches what it brought.
 * @returns the exit code */
export async function captureCommand(options: CaptureOptions, io: Io): Promise<number> {
  const format = parseOutput(options.output);
  const timeoutMs = options.timeout === undefined ? undefined : durationFlag('--timeout', options.timeout);
  await using connection = connect(options, io);
  const { client, namespace } = connection;
  if (options.download !== undefined) await makeOutputDirectory(options.download);
  const draft = await readCaptureFile(options.filename, { given: options.namespace, fallback: namespace }, io);
  const created = await client.create(CAPTURES, draft, { ...connection.request(), fieldManager: 'kubectl-nicdiag' });
  const name = `${created.metadata.namespace}/${created.metadata.name}`;
  if (options.wait !== true && options.download === undefined) {
    print(io, created, format === 'table' ? 'created' : format, client);
    return EXIT.done;
  }
  io.err(`capture ${name} created\n`);
  const progress = createProgress(io);
  const limit = timeoutMs ?? parseDuration(created.spec.deadline) + AFTER_DEADLINE_MS;
  const timeout = AbortSignal.timeout(limit);
  try {
    const ended = await follow(client, created, {
      ...options,
      progress,
      signal: AbortSignal.any([io.signal, timeout]),
    });
    progress.end();
    print(io, ended, format, client);
    const outcome = captureOutcome(ended);
    for (const line of explainOutcome(ended)) io.err(`${line}\n`);
    if (options.download !== undefined && ended.status?.manifest !== undefined) {
      const { path, report } = await downloadCapture({
        ...{ client, capture: ended, progress, signal: io.signal, extract: false },
        ...{ directory: options.download, systemNamespace: options.systemNamespace },
      });
      progress.end();
      io.err(reportText(report));
      io.err(`bundle: ${path}\n`);
    } else if (options.download === undefined && (ended.status?.totalBytes ?? 0) > 0) {
      const { name: own, namespace: where } = ended.metadata;
      io.err(`what it brought: kubectl nicdiag download ${own} -n ${where}\n`);
    }
    return outcome.exitCode;
  } catch (error) {
    progress.end();
    const still = `capture ${name} goes on: kubectl nicdiag list ${created.metadata.name} -n ${created.metadata.namespace}`;
    if (io.signal.aborted) io.err(`stopped waiting; ${still}\n`);
    else if (timeout.aborted) throw new CommandError(`not ended within the time to wait; ${still}`, { cause: error });
    throw error;
  } finally {
    progress.end();
  }
}

/** Until it has finished, and for a download until it is sealed. */
async function follow(
  client: KubeClient,
  capture: Stored<DiagnosticCapture>,
  { download, progress, signal }: Pick<CaptureOptions, 'download'> & { progress: Progress; signal: AbortSignal },
): Promise<Stored<DiagnosticCapture>> {
  return waitForCapture({
    ...{ client, capture, progress, signal },
    until(now) {
      const { finished, sealed } = captureOutcome(now);
      return finished && (download === undefined || sealed);
    },
    onState: (now) => progress.show(progressLine(now)),
  });
}

function print(io: Io, capture: Stored<DiagnosticCapture>, format: OutputFormat | 'created', client: KubeClient): void {
  if (format === 'created') {
    io.out(`${CAPTURE_TYPE}/${capture.metadata.name} created\n`);
    return;
  }
  const columns = captureColumns({ namespaces: true, nowMs: client.clock.now() });
  printObjects(io, [capture], { format, columns, type: CAPTURE_TYPE, single: true, nothing: '' });
}
