import type { DiagnosticCapture } from '@nicdiag/api';
import type { KubeClient, Stored } from '@nicdiag/kube';
import { parseDuration } from '@nicdiag/runtime';
import { captureColumns } from '../capture/captureColumns.ts';
import { type CaptureFlags, captureFromFlags } from '../capture/captureFromFlags.ts';
import { captureOutcome } from '../capture/captureOutcome.ts';
import { explainOutcome } from '../capture/explainOutcome.ts';
import { nodesOfPods } from '../capture/nodesOfPods.ts';
import { progressLine } from '../capture/progressLine.ts';
import { type CaptureDraft, readCaptureFile } from '../capture/readCaptureFile.ts';
import { waitForCapture } from '../capture/waitForCapture.ts';
import { type Connection, connect } from '../connection/connect.ts';
import { type ConnectionFlags, durationFlag } from '../connection/connectionFlags.ts';
import { CAPTURE_TYPE, CAPTURES } from '../connection/resources.ts';
import { downloadCapture } from '../download/downloadCapture.ts';
import { makeOutputDirectory } from '../download/outputDirectory.ts';
import { CommandError, EXIT, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { type OutputFormat, type Printable, parseOutput, printObjects } from '../output/printObjects.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { reportText } from './verify.ts';

export interface CaptureOptions extends ConnectionFlags, CaptureFlags {
  readonly filename?: string;
  /** Nodes of the Pods with these labels. */
  readonly podSelector?: string;
  readonly dryRun?: string;
  readonly wait?: boolean;
  readonly download?: string;
  readonly timeout?: string;
  readonly output?: string;
  readonly systemNamespace: string;
}

/** Every capture ends by its deadline; so much later it is sealed, or something is wrong. */
const AFTER_DEADLINE_MS = 2 * 60_000;

/** Creates a capture, of a file or of flags; with --wait follows it to its end, with --download fetches what it brought.
 * @returns the exit code */
export async function captureCommand(given: string | undefined, options: CaptureOptions, io: Io): Promise<number> {
  const format = parseOutput(options.output);
  const timeoutMs = options.timeout === undefined ? undefined : durationFlag('--timeout', options.timeout);
  const dryRun = dryRunOf(options);
  requireDescription(given, options);
  await using connection = connect(options, io);
  const { client } = connection;
  if (options.download !== undefined) await makeOutputDirectory(options.download);
  const draft = await draftOf(given, options, connection, io);
  if (dryRun === 'client') {
    // What the API server's schema says is known here too.
    const { checkSpec } = await import('../local/run/checkSpec.ts');
    checkSpec(draft.spec, options.filename ?? 'the capture');
    printDraft(io, draft, format);
    return EXIT.done;
  }
  const written = { ...connection.request(), fieldManager: 'kubectl-nicdiag', dryRun: dryRun === 'server' };
  const created = await client.create(CAPTURES, draft, written);
  if (dryRun === 'server') {
    print(io, created, format === 'table' ? 'server dry run' : format, client);
    return EXIT.done;
  }
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

const DRY_RUNS = ['none', 'client', 'server'] as const;

function dryRunOf({ dryRun = 'none', wait, download }: CaptureOptions): (typeof DRY_RUNS)[number] {
  const found = DRY_RUNS.find((known) => known === dryRun);
  if (found === undefined) throw new UsageError(`--dry-run must be one of ${DRY_RUNS.join(', ')}, not ${dryRun}`);
  if (found !== 'none' && (wait === true || download !== undefined)) {
    throw new UsageError('of a dry run nothing can be waited for nor downloaded');
  }
  return found;
}

/** A capture is described by a file or by flags. */
function requireDescription(name: string | undefined, options: CaptureOptions): void {
  const { filename, node, nodeSelector, podSelector, device, collector, impact, deadline, maxNodes } = options;
  if (filename === undefined && collector === undefined) {
    throw new UsageError('name a file with -f, or what to collect with --collector');
  }
  const flags = [name, node, nodeSelector, podSelector, device, collector, impact, deadline, maxNodes];
  if (filename !== undefined && flags.some((flag) => flag !== undefined)) {
    throw new UsageError(
      'a file says everything about its capture: -f goes with neither a name nor flags that describe one',
    );
  }
}

async function draftOf(
  name: string | undefined,
  options: CaptureOptions,
  connection: Connection,
  io: Io,
): Promise<CaptureDraft> {
  const { filename, podSelector } = options;
  const { client, namespace } = connection;
  if (filename === undefined) {
    const nodes =
      podSelector === undefined ? [] : await nodesOfPods(client, namespace, podSelector, connection.request());
    return captureFromFlags(name, namespace, options, nodes);
  }
  return readCaptureFile(filename, { given: options.namespace, fallback: namespace }, io);
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

function print(
  io: Io,
  capture: Stored<DiagnosticCapture>,
  format: OutputFormat | 'created' | 'server dry run',
  client: KubeClient,
): void {
  if (format === 'created' || format === 'server dry run') {
    io.out(`${CAPTURE_TYPE}/${capture.metadata.name} created${format === 'created' ? '' : ' (server dry run)'}\n`);
    return;
  }
  const columns = captureColumns({ namespaces: true, nowMs: client.clock.now() });
  printObjects(io, [capture], { format, columns, type: CAPTURE_TYPE, single: true, nothing: '' });
}

function printDraft(io: Io, draft: CaptureDraft, format: OutputFormat): void {
  const { name, generateName } = draft.metadata;
  const shown = { ...draft, metadata: { ...draft.metadata, name: name ?? `${generateName}…` } };
  if (format === 'table' || format === 'wide') io.out(`${CAPTURE_TYPE}/${shown.metadata.name} created (dry run)\n`);
  else if (format === 'name') io.out(`${CAPTURE_TYPE}/${shown.metadata.name}\n`);
  // To be applied as it is: without the placeholder.
  else printObjects(io, [draft as Printable], { format, columns: [], type: CAPTURE_TYPE, single: true, nothing: '' });
}
