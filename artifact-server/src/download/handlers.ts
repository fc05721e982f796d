import { once } from 'node:events';
import {
  ArtifactError,
  type BlobStore,
  type CaptureIdentity,
  type CaptureLedger,
  type Digest,
  HEADERS,
  type ListedDevice,
  parseDeviceManifest,
  type SealRevision,
  streamBundle,
} from '@nicdiag/artifacts';
import { digestParam, type Exchange, type Handler } from '../http/exchange.ts';
import type { ServerMetrics } from '../metrics.ts';
import type { AuthorizeReader } from './authorizeDownload.ts';
import { createBundlePlans, readSmall } from './bundlePlans.ts';
import { sendBytes } from './sendBytes.ts';

export interface DownloadParts {
  readonly authorize: AuthorizeReader;
  readonly store: BlobStore;
  readonly ledger: CaptureLedger;
  readonly metrics: ServerMetrics;
}

/** GET artifacts: what is there, streamed, also before the seal. `?node=` for one node only. */
export function listHandler({ authorize, store, ledger }: DownloadParts): Handler {
  return async (exchange) => {
    const { namespace, name, uid } = await authorize(exchange);
    const only = exchange.url.searchParams.get('node');
    const head = { capture: { namespace, name, uid }, revisions: await ledger.revisions(uid) };
    exchange.response.writeHead(200, { 'content-type': 'application/json' });
    if (exchange.request.method === 'HEAD') return void exchange.response.end();
    await write(exchange, `${JSON.stringify(head).slice(0, -1)},"devices":[`);
    let separator = '\n';
    for (const node of await ledger.nodes(uid)) {
      if (only !== null && only !== node) continue;
      for (const device of await listNode(store, ledger, uid, node)) {
        await write(exchange, `${separator}${JSON.stringify(device)}`);
        separator = ',\n';
      }
    }
    exchange.response.end('\n]}\n');
  };
}

/** GET manifest: the seal's newest revision, or `?revision=`. */
export function manifestHandler({ authorize, store, ledger, metrics }: DownloadParts): Handler {
  return async (exchange) => {
    const capture = await authorize(exchange);
    const revisions = await ledger.revisions(capture.uid);
    const asked = exchange.url.searchParams.get('revision');
    const found = asked === null ? revisions.at(-1) : revisions.find(({ revision }) => String(revision) === asked);
    if (found === undefined) throw asked === null ? notSealed(capture) : noRevision(capture, asked, revisions);
    const bytes = await readSmall(store, found.digest);
    const sent = await sendBytes(exchange, {
      length: bytes.byteLength,
      etag: `"${found.digest}"`,
      headers: {
        'content-type': 'application/json',
        [HEADERS.digest]: found.digest,
        [HEADERS.revision]: String(found.revision),
      },
      async *read({ start, end }) {
        yield bytes.subarray(start, end);
      },
    });
    metrics.downloadBytes.inc({ route: 'manifest' }, sent);
  };
}

/** GET blobs/<sha256>: the stored zstd frame. */
export function blobDownloadHandler({ authorize, store, ledger, metrics }: DownloadParts): Handler {
  return async (exchange) => {
    const capture = await authorize(exchange);
    const digest = digestParam(exchange);
    const sizeOf = async (blob: Digest) => (await ledger.knownSize(capture.uid, blob)) ?? store.storedSize(blob);
    const length = (await ledger.refersTo(capture.uid, digest)) ? await sizeOf(digest) : undefined;
    if (length === undefined) {
      throw new ArtifactError('NotFound', `capture ${capture.namespace}/${capture.name} has no blob ${digest}`);
    }
    const sent = await sendBytes(exchange, {
      ...{ length, etag: `"${digest}.zst"` },
      headers: { 'content-type': 'application/zstd', [HEADERS.digest]: digest },
      read: (range) => store.read(digest, range),
    });
    metrics.downloadBytes.inc({ route: 'blob' }, sent);
  };
}

/** GET bundle: everything as one `.tar.zst`, any range of it. */
export function bundleHandler({ authorize, store, ledger, metrics }: DownloadParts): Handler {
  const planOf = createBundlePlans(store, ledger);
  return async (exchange) => {
    const capture = await authorize(exchange);
    const planned = await planOf(capture.uid);
    if (planned === undefined) throw notSealed(capture);
    const { plan, digest } = planned;
    const sent = await sendBytes(exchange, {
      ...{ length: plan.length, etag: `"bundle-${digest}"` },
      headers: {
        'content-type': 'application/zstd',
        'content-disposition': `attachment; filename="${capture.namespace}-${capture.name}.tar.zst"`,
        [HEADERS.digest]: digest,
      },
      read: (range) => streamBundle(plan, store.read, range),
    });
    metrics.downloadBytes.inc({ route: 'bundle' }, sent);
  };
}

async function listNode(store: BlobStore, ledger: CaptureLedger, uid: string, node: string): Promise<ListedDevice[]> {
  const { manifests } = await ledger.node(uid, node);
  const devices = [...manifests.values()].map(async ({ pciAddress, digest, sizeBytes, state }) => {
    const manifest = parseDeviceManifest(await readSmall(store, digest));
    const blobs = manifest.collectors.flatMap(({ name, blobs }) => blobs.map((blob) => ({ collector: name, ...blob })));
    return { node, pciAddress, state, manifest: { digest, sizeBytes }, blobs };
  });
  return Promise.all(devices);
}

async function write(exchange: Exchange, text: string): Promise<void> {
  exchange.signal.throwIfAborted();
  if (!exchange.response.write(text)) await once(exchange.response, 'drain', { signal: exchange.signal });
}

function notSealed({ namespace, name }: CaptureIdentity): ArtifactError {
  const message = `capture ${namespace}/${name} is not sealed yet; wait for it: kubectl -n ${namespace} wait --for=condition=Sealed dcap/${name}`;
  return new ArtifactError('NotSealed', message);
}

function noRevision({ namespace, name }: CaptureIdentity, asked: string, revisions: readonly SealRevision[]) {
  const message = `capture ${namespace}/${name} has revisions 1 to ${revisions.length}, not ${asked.slice(0, 20)}`;
  return new ArtifactError('NotFound', message);
}
