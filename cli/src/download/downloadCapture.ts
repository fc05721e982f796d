import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiagnosticCapture } from '@nicdiag/api';
import {
  ArtifactError,
  type BundleReport,
  createArtifactReader,
  type Digest,
  extractBundle,
  HEADERS,
  isDigest,
  readFileChunks,
  verifyBundle,
} from '@nicdiag/artifacts';
import type { KubeClient, Stored } from '@nicdiag/kube';
import { CommandError } from '../exitCodes.ts';
import type { Progress } from '../output/progress.ts';
import { formatBytes } from '../output/units.ts';
import { downloadFile, type FetchBundle } from './downloadFile.ts';
import { makeOutputDirectory } from './outputDirectory.ts';
import { createProxyTransport } from './proxyTransport.ts';
import { createTicket, type Ticket } from './ticket.ts';

export interface CaptureDownload {
  readonly client: KubeClient;
  readonly capture: Stored<DiagnosticCapture>;
  readonly directory: string;
  /** Leave the files in a folder instead of the bundle. */
  readonly extract: boolean;
  readonly systemNamespace: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface Downloaded {
  /** The bundle, or the folder. */
  readonly path: string;
  readonly report: BundleReport;
}

/** Downloads a sealed capture and verifies every byte against `status.manifest.digest`. Under its own name there is only
 * what was verified.
 * @throws CommandError, ArtifactError, KubeError */
export async function downloadCapture(options: CaptureDownload): Promise<Downloaded> {
  const { capture, directory, extract, progress, signal } = options;
  const { namespace = '', name } = capture.metadata;
  const expectedDigest = sealedDigest(capture);
  await makeOutputDirectory(directory);
  const bundle = join(directory, `${namespace}-${name}.tar.zst`);
  const partial = `${bundle}.part`;
  await using tickets = createTickets(options.client, { namespace, name });
  await downloadFile({
    path: partial,
    fetch: createFetch(options, tickets),
    onProgress(received, total) {
      const done = received === 0 ? '' : `${formatBytes(received)} of `;
      progress.show(`downloading ${done}${formatBytes(total)}`, { often: true });
    },
    onRetry: (message) => progress.say(`the download was cut, going on: ${message}`),
    signal,
  });
  progress.show('verifying');
  await using file = await open(partial, 'r');
  if (extract) {
    const { report, folder } = await extractBundle(readFileChunks(file), directory, { expectedDigest });
    await rm(partial);
    return { path: folder, report };
  }
  const report = await verifyBundle(readFileChunks(file), { expectedDigest });
  const [problem] = report.problems;
  if (problem !== undefined) {
    await rm(partial);
    const where = problem.path === undefined ? '' : `${problem.path} `;
    throw new CommandError(`what was downloaded is not what was sealed: ${where}${problem.message}; download it again`);
  }
  await rename(partial, bundle);
  return { path: bundle, report };
}

function sealedDigest({ metadata, status }: Stored<DiagnosticCapture>): Digest {
  const digest = status?.manifest?.digest;
  if (digest !== undefined && isDigest(digest)) return digest;
  const { namespace, name } = metadata;
  throw new CommandError(
    `capture ${namespace}/${name} is not sealed yet; wait for it: kubectl -n ${namespace} wait --for=condition=Sealed dcap/${name}`,
  );
}

function createFetch({ client, capture, systemNamespace }: CaptureDownload, tickets: Tickets): FetchBundle {
  const { namespace = '', name } = capture.metadata;
  const transport = createProxyTransport(client, systemNamespace);
  return async (from, { signal }) => {
    const fetchWith = async (ticket: Ticket) => {
      const reader = createArtifactReader(transport, { namespace, name }, { [HEADERS.ticket]: ticket.header });
      return reader.bundle({ signal, ...(from !== undefined && { from }) });
    };
    try {
      return await fetchWith(await tickets.current({ signal }));
    } catch (error) {
      // A long download outlives its ticket: going on needs a new one. The server deletes those that expired.
      const outlived = error instanceof ArtifactError && ['TicketExpired', 'TicketInvalid'].includes(error.code);
      if (!outlived || from === undefined) throw error;
      return fetchWith(await tickets.renew({ signal }));
    }
  };
}

interface Tickets extends AsyncDisposable {
  current(options: { readonly signal: AbortSignal }): Promise<Ticket>;
  renew(options: { readonly signal: AbortSignal }): Promise<Ticket>;
}

function createTickets(client: KubeClient, capture: { readonly namespace: string; readonly name: string }): Tickets {
  let ticket: Ticket | undefined;
  const renew = async (options: { readonly signal: AbortSignal }) => {
    await ticket?.[Symbol.asyncDispose]();
    ticket = await createTicket(client, capture, options);
    return ticket;
  };
  return {
    current: async (options) => ticket ?? renew(options),
    renew,
    async [Symbol.asyncDispose]() {
      await ticket?.[Symbol.asyncDispose]();
    },
  };
}
