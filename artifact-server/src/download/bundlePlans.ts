import {
  type BlobStore,
  type BundlePlan,
  type CaptureLedger,
  type Digest,
  decompress,
  parseCaptureManifest,
  planBundle,
  StoreError,
} from '@nicdiag/artifacts';

/** The plan of a capture's bundle as of its newest revision. */
export interface PlannedBundle {
  readonly plan: BundlePlan;
  /** Of the newest capture manifest: it determines the bundle. */
  readonly digest: Digest;
}

/** Plans for downloads that go on in several requests; a plan of 40,000 devices is some tens of MiB, so few are kept. */
const KEPT = 4;

export function createBundlePlans(
  store: BlobStore,
  ledger: CaptureLedger,
): (captureUid: string) => Promise<PlannedBundle | undefined> {
  const plans = new Map<Digest, Promise<BundlePlan>>();
  return async (captureUid) => {
    const revisions = await ledger.revisions(captureUid);
    const newest = revisions.at(-1);
    if (newest === undefined) return undefined;
    const { digest } = newest;
    let plan = plans.get(digest);
    if (plan === undefined) {
      const [oldest] = plans.keys();
      if (plans.size >= KEPT && oldest !== undefined) plans.delete(oldest);
      plan = makePlan(
        { store, knownSize: (blob) => ledger.knownSize(captureUid, blob) },
        revisions.map((revision) => revision.digest),
      );
      plans.set(digest, plan);
      plan.catch(() => plans.delete(digest));
    }
    return { plan: await plan, digest };
  };
}

interface PlanSource {
  readonly store: BlobStore;
  /** See CaptureLedger. */
  readonly knownSize: (digest: Digest) => Promise<number | undefined>;
}

async function makePlan({ store, knownSize }: PlanSource, revisions: readonly Digest[]): Promise<BundlePlan> {
  const bytes: Uint8Array[] = [];
  for (const digest of revisions) bytes.push(await readSmall(store, digest));
  return planBundle({
    manifest: parseCaptureManifest(bytes.at(-1) ?? new Uint8Array(0)),
    revisions: bytes,
    deviceManifest: (digest) => readSmall(store, digest),
    async storedSize(digest) {
      const size = (await knownSize(digest)) ?? (await store.storedSize(digest));
      if (size === undefined) throw new StoreError('BlobNotFound', `the store has lost the blob ${digest}`);
      return size;
    },
  });
}

/** Uncompressed bytes of a manifest. */
export async function readSmall(store: BlobStore, digest: Digest): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(decompress(store.read(digest), { singleFrame: true })));
}
