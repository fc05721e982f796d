import type { BlobStore, CaptureLedger } from '@nicdiag/artifacts';
import type { Logger } from '@nicdiag/runtime';
import type { ServerMetrics } from '../metrics.ts';

/** What opening a store takes beside its place. */
export interface OpenStoreParts {
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
}

/** Where the server keeps what it was given. */
export interface ServerStore {
  readonly store: BlobStore;
  readonly ledger: CaptureLedger;
  /** Why it cannot be used now, one sentence each. Asks nobody. */
  notReady(): readonly string[];
  /** The server ends: what still uses the store in the background fails soon, in place of being waited for. */
  close(): void;
  /** What it needs as long as it is used. Ends some time after the signal aborts; abort it when nothing uses the store any more.
   * @throws when it must not be used any more */
  run(options: { readonly signal: AbortSignal }): Promise<void>;
}
