import { setTimeout as delay } from 'node:timers/promises';
import type { BlobStore, CaptureLedger, Digest } from '@nicdiag/artifacts';
import { isKubeError, type KubeClient } from '@nicdiag/kube';
import { type Logger, toError } from '@nicdiag/runtime';
import { hasExpired, TICKETS } from '../auth/tickets.ts';
import type { CaptureIndex } from '../captures/captureIndex.ts';
import type { Quota } from '../ingest/quota.ts';
import type { ServerMetrics } from '../metrics.ts';
import { decideSweep, type Missing } from './decideSweep.ts';

export interface SweeperOptions {
  readonly client: KubeClient;
  readonly captures: CaptureIndex;
  readonly store: BlobStore;
  readonly ledger: CaptureLedger;
  readonly quota: Quota;
  readonly metrics: ServerMetrics;
  readonly logger: Logger;
  /** Whether the store can be used now; until it can, nothing is swept. */
  readonly usable: () => boolean;
  readonly intervalMs: number;
  /** A deleted capture's artifacts, and blobs that nothing refers to, stay for so long. */
  readonly graceMs: number;
  /** The same for captures that vanished with most others at once. */
  readonly holdMs: number;
}

const LOOK_AGAIN_MS = 1_000;

/** Mark and sweep, expired tickets, and the store's gauges; again and again until aborted. A round that fails changes
 * nothing and is tried again in the next. */
export async function runSweeper(options: SweeperOptions, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  let missing: ReadonlyMap<string, Missing> = new Map();
  while (!signal.aborted) {
    if (!options.usable()) {
      await delay(LOOK_AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
      continue;
    }
    try {
      missing = await sweepCaptures(options, missing, signal);
      await sweepBlobs(options);
      await sweepTickets(options, signal);
    } catch (thrown) {
      if (signal.aborted) return;
      const crdGone = isKubeError(thrown, 'NotFound');
      const what = crdGone ? 'the API server has no DiagnosticCaptures at all: nothing is swept' : 'sweep failed';
      options.logger.error(what, { error: toError(thrown) });
    }
    await delay(options.intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function sweepCaptures(
  options: SweeperOptions,
  before: ReadonlyMap<string, Missing>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Missing>> {
  const { ledger, logger, metrics, quota } = options;
  const identities = new Map((await ledger.captures()).map((capture) => [capture.uid, capture]));
  // After the ledger, so that a capture made meanwhile is live and not stored, never the other way round.
  const live = await options.captures.liveUids({ signal });
  const { missing, remove } = decideSweep({
    ...{ stored: new Set(identities.keys()), live, missing: before, now: Date.now() },
    ...{ graceMs: options.graceMs, holdMs: options.holdMs },
  });
  for (const uid of remove) {
    const identity = identities.get(uid);
    const capture = identity && `${identity.namespace}/${identity.name}`;
    logger.info('removing the artifacts of a deleted capture', { capture, captureUid: uid });
    await ledger.remove(uid);
    quota.forget(uid);
  }
  const held = [...missing].filter(([, entry]) => entry.held).length;
  metrics.sweepHeld.set(held);
  if (held > 0) logger.error('most captures vanished at once: their artifacts are held', { held, live: live.size });
  return missing;
}

async function sweepBlobs({ store, ledger, metrics, graceMs }: SweeperOptions): Promise<void> {
  const olderThan = Date.now() - graceMs;
  const marked = new Set<Digest>();
  let logical = 0;
  for (const { uid } of await ledger.captures()) {
    for await (const { digest, held } of ledger.references(uid)) {
      marked.add(digest);
      logical += held;
    }
  }
  // A blob that was taken in after the marking is young: the grace period protects it.
  const swept = await store.sweep({ isReferenced: (digest) => marked.has(digest), olderThan });
  metrics.sweptBlobs.inc(swept.blobs);
  let physical = 0;
  for await (const { storedSize } of store.list()) physical += storedSize;
  metrics.storeBytes.set({ kind: 'logical' }, logical);
  metrics.storeBytes.set({ kind: 'physical' }, physical);
}

/** Who comes a moment late is told that his ticket expired, not that there is none. */
const TICKET_GRACE_MS = 60_000;

/** Tickets say nothing after they expired; deleting them keeps etcd free of them. */
async function sweepTickets({ client }: SweeperOptions, signal: AbortSignal): Promise<void> {
  for await (const page of client.pages(TICKETS, { signal })) {
    for (const ticket of page.items) {
      if (!hasExpired(ticket, client.clock.now() - TICKET_GRACE_MS)) continue;
      const { namespace, name, uid } = ticket.metadata;
      await client.delete(TICKETS, { namespace, name }, { preconditions: { uid }, signal }).catch((error: unknown) => {
        if (!isKubeError(error, 'NotFound', 'Conflict')) throw error;
      });
    }
  }
}
