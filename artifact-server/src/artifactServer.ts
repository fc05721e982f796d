import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PATH_PATTERNS } from '@nicdiag/artifacts';
import type { KubeClient } from '@nicdiag/kube';
import { type Logger, parseListen } from '@nicdiag/runtime';
import { createAuthorizeDownload } from './auth/accessReview.ts';
import { createAuthenticate } from './auth/tokenReview.ts';
import { createCaptureIndex } from './captures/captureIndex.ts';
import { createRequireTarget } from './captures/nodeTargets.ts';
import { createAuthorizeReader } from './download/authorizeDownload.ts';
import { blobDownloadHandler, bundleHandler, listHandler, manifestHandler } from './download/handlers.ts';
import { createRouter, type Route } from './http/router.ts';
import { createAuthorizeUpload } from './ingest/authorizeUpload.ts';
import { blobHandler } from './ingest/putBlob.ts';
import { deviceManifestHandler } from './ingest/putDeviceManifest.ts';
import { createQuota } from './ingest/quota.ts';
import { createUploadTurns } from './ingest/uploadTurns.ts';
import type { ServerMetrics } from './metrics.ts';
import type { ServerOptions } from './options.ts';
import { createSealer } from './seal/sealer.ts';
import { sealHandler } from './seal/sealHandler.ts';
import { openStore } from './store/openStore.ts';
import { runSweeper } from './sweep/sweeper.ts';
import { readCertificate, watchCertificate } from './tls/certificateFiles.ts';

export interface ArtifactServer {
  /** Why it is not ready, one sentence each. */
  notReady(): readonly string[];
  /** Serves until aborted; requests that run then get some seconds to end. */
  run(options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface ArtifactServerParts {
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
  readonly options: ServerOptions;
}

/** Silence on a connection after which it is closed. Requests as a whole have no limit: dumps are large, links slow. */
const IDLE_MS = 120_000;
/** For requests that run when the server is told to stop. */
const DRAIN_MS = 10_000;

export async function createArtifactServer(parts: ArtifactServerParts): Promise<ArtifactServer> {
  const { client, logger, metrics, options } = parts;
  const kept = await openStore(options.store, { logger, metrics });
  const { store, ledger } = kept;
  const quota = createQuota(ledger);
  const captures = createCaptureIndex(client, (error, doing) =>
    logger.warn('captures are not followed', { doing, error }),
  );
  let listening = false;

  const routes = (): Route[] => {
    const authenticate = createAuthenticate(client);
    const { callers } = options;
    const requireTarget = createRequireTarget(client, ledger);
    const sealer = createSealer({ store, ledger, metrics });
    const upload = {
      authorize: createAuthorizeUpload({ authenticate, callers, captures, requireTarget }),
      store,
      ledger,
    };
    const reader = createAuthorizeReader({
      client,
      authenticate,
      authorize: createAuthorizeDownload(client),
      captures,
    });
    const download = { authorize: reader, store, ledger, metrics };
    const read = ['GET', 'HEAD'];
    return [
      {
        ...{ name: 'blob', methods: ['PUT', 'HEAD'], path: PATH_PATTERNS.blob, routine: true },
        handle: blobHandler({ ...upload, quota, turns: createUploadTurns(), metrics }),
      },
      {
        ...{ name: 'deviceManifest', methods: ['PUT'], path: PATH_PATTERNS.deviceManifest },
        handle: deviceManifestHandler({ ...upload, sealer }),
      },
      {
        ...{ name: 'seal', methods: ['POST'], path: PATH_PATTERNS.seal },
        handle: sealHandler({ authenticate, callers, captures, sealer }),
      },
      { name: 'list', methods: read, path: PATH_PATTERNS.userArtifacts, handle: listHandler(download) },
      { name: 'manifest', methods: read, path: PATH_PATTERNS.userManifest, handle: manifestHandler(download) },
      {
        ...{ name: 'download', methods: read, path: PATH_PATTERNS.userBlob, routine: true },
        handle: blobDownloadHandler(download),
      },
      { name: 'bundle', methods: read, path: PATH_PATTERNS.userBundle, handle: bundleHandler(download) },
    ];
  };

  return {
    notReady: () => [
      ...(listening ? [] : ['does not listen yet']),
      ...(captures.hasSynced() ? [] : ['has not seen the DiagnosticCaptures yet']),
      ...kept.notReady(),
    ],
    async run({ signal }) {
      const server = createServer({ ...readCertificate(options.tls), requestTimeout: 0, headersTimeout: 30_000 });
      using _ = watchCertificate(options.tls, (certificate) => server.setSecureContext(certificate), { logger });
      server.setTimeout(IDLE_MS);
      const router = createRouter({ routes: routes(), captureNames: captures.nameOf, logger, metrics });
      server.on('request', (request, response) => void router(request, response, false));
      server.on('checkContinue', (request, response) => void router(request, response, true));
      const address = await listen(server, options.listen);
      logger.info('listening', { address: `https://${address.address}:${address.port}` });
      listening = true;
      const ending = new AbortController();
      const running = { signal: AbortSignal.any([signal, ending.signal]) };
      const unused = new AbortController();
      const keeping = kept.run({ signal: unused.signal });
      const usable = () => kept.notReady().length === 0;
      const sweep = { client, captures, store, ledger, quota, metrics, logger, usable };
      const times = { intervalMs: options.sweepIntervalMs, graceMs: options.sweepGraceMs };
      const sweeping = runSweeper({ ...sweep, ...times, holdMs: options.massDeletionHoldMs }, running);
      const background = [captures.run(running), sweeping];
      try {
        await Promise.race([aborted(signal), failed(keeping)]);
      } finally {
        ending.abort();
        await close(server);
        kept.close();
        await Promise.allSettled(background);
        // Only when nothing uses it any more is it given back.
        unused.abort();
        await Promise.allSettled([keeping]);
      }
    },
  };
}

async function listen(server: Server, where: string): Promise<AddressInfo> {
  const { host, port } = parseListen(where);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server.address() as AddressInfo;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Settles only if the work fails. */
function failed(work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => work.catch(reject));
}

/** No new connections; what runs may end, then is cut. */
async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
