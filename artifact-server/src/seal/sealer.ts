import {
  type BlobStore,
  type CaptureIdentity,
  type CaptureLedger,
  captureManifestBytes,
  createKeyedLock,
  decompress,
  type LastRevision,
  type ManifestRecord,
  nextRevision,
  parseCaptureManifest,
  type SealedNode,
  type SealReceipt,
  type SealRevision,
} from '@nicdiag/artifacts';
import { crashPoint } from '@nicdiag/runtime';
import type { CrashPoint } from '../crashPoints.ts';
import type { ServerMetrics } from '../metrics.ts';

export interface Sealer {
  /** Seals, or finds that nothing has changed since the last revision. */
  seal(capture: CaptureIdentity, nodes: readonly SealedNode[]): Promise<SealReceipt>;
  /** With the nodes as they were sealed last. After a device manifest was recorded, a sealed capture gets a new revision.
   * @returns the newest revision; undefined when the capture has not been sealed */
  sealAgain(captureUid: string): Promise<SealReceipt | undefined>;
}

export function createSealer(parts: {
  readonly store: BlobStore;
  readonly ledger: CaptureLedger;
  readonly metrics: ServerMetrics;
}): Sealer {
  const { store, ledger, metrics } = parts;
  const lock = createKeyedLock();
  /** Seals that have begun: a manifest recorded from now on may or may not be seen by them. */
  const sealing = new Map<string, number>();

  const revise = async (capture: CaptureIdentity, nodes: readonly SealedNode[]): Promise<SealReceipt> => {
    const manifests = await manifestsOf(ledger, capture.uid);
    const last = await lastRevision(store, ledger, capture.uid);
    const next = nextRevision({ capture, nodes, manifests }, last);
    const seal = next === undefined ? (await ledger.revisions(capture.uid)).at(-1) : undefined;
    const revision = seal ?? (await write(capture, next));
    return {
      ...revision,
      devices: manifests.length,
      totalBytes: manifests.reduce((sum, { manifest }) => sum + manifest.totalBytes, 0),
      storedBytes: manifests.reduce((sum, { manifest }) => sum + manifest.storedBytes, 0),
    };
  };

  const write = async (capture: CaptureIdentity, next: ReturnType<typeof nextRevision>): Promise<SealRevision> => {
    if (next === undefined) throw new Error(`capture ${capture.uid} has a seal that the ledger does not list`);
    const bytes = captureManifestBytes(next);
    const { digest } = await store.put(bytes);
    crashPoint('sealStored' satisfies CrashPoint);
    const revision = { revision: next.revision, digest, sizeBytes: bytes.byteLength };
    await ledger.open(capture);
    await ledger.recordRevision(capture.uid, revision);
    crashPoint('sealRecorded' satisfies CrashPoint);
    metrics.seals.inc();
    return revision;
  };

  const locked = async <T>(uid: string, work: () => Promise<T>): Promise<T> => {
    sealing.set(uid, (sealing.get(uid) ?? 0) + 1);
    try {
      return await lock.run(uid, work);
    } finally {
      const left = (sealing.get(uid) ?? 1) - 1;
      if (left === 0) sealing.delete(uid);
      else sealing.set(uid, left);
    }
  };

  return {
    seal: (capture, nodes) => locked(capture.uid, () => revise(capture, nodes)),
    async sealAgain(uid) {
      // Not sealed, and no seal under way that could have missed the manifest: the common case, without the lock.
      if (!sealing.has(uid) && (await ledger.revisions(uid)).length === 0 && !sealing.has(uid)) return undefined;
      return locked(uid, async () => {
        const last = await lastRevision(store, ledger, uid);
        return last && (await revise(last.manifest.capture, last.manifest.nodes));
      });
    },
  };
}

async function manifestsOf(
  ledger: CaptureLedger,
  uid: string,
): Promise<{ readonly node: string; readonly manifest: ManifestRecord }[]> {
  const all: { readonly node: string; readonly manifest: ManifestRecord }[] = [];
  for (const node of await ledger.nodes(uid)) {
    for (const manifest of (await ledger.node(uid, node)).manifests.values()) all.push({ node, manifest });
  }
  return all;
}

async function lastRevision(store: BlobStore, ledger: CaptureLedger, uid: string): Promise<LastRevision | undefined> {
  const last = (await ledger.revisions(uid)).at(-1);
  if (last === undefined) return undefined;
  const bytes = Buffer.concat(await Array.fromAsync(decompress(store.read(last.digest), { singleFrame: true })));
  return { manifest: parseCaptureManifest(bytes), digest: last.digest };
}
