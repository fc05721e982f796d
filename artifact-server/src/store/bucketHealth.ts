import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@nicdiag/artifacts';

/** Whether a bucket does what is needed of it, as it was found last. */
export interface BucketHealth {
  /** Undefined when the last check was good; else what it said. */
  refusal(): StoreError | undefined;
  /** Checks until aborted: seldom what is good, often what is not. */
  run(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Something went wrong elsewhere: the next check is made now. */
  suspect(): void;
  /** Resolves with the first good check, or when aborted. */
  untilGood(options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface BucketHealthOptions {
  /** @throws StoreError */
  readonly check: () => Promise<void>;
  /** Told what a check said when the one before said something else. */
  readonly onChange: (error: StoreError | undefined) => void;
  /** Between checks of a bucket that is good. @default 60 s */
  readonly goodMs?: number;
  /** Between checks of one that is not. @default 5 s */
  readonly badMs?: number;
}

export function createBucketHealth(options: BucketHealthOptions): BucketHealth {
  const { check, onChange, goodMs = 60_000, badMs = 5_000 } = options;
  let refusal: StoreError | undefined = new StoreError('StoreUnavailable', 'the bucket has not been looked at yet');
  let woken = new AbortController();
  const { promise: good, resolve } = Promise.withResolvers<void>();

  async function once(): Promise<void> {
    const found = await check().then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof StoreError) return error;
        throw error;
      },
    );
    if (found?.message !== refusal?.message) onChange(found);
    refusal = found;
    if (found === undefined) resolve();
  }

  return {
    refusal: () => refusal,
    async run({ signal }) {
      while (!signal.aborted) {
        woken = new AbortController();
        await once();
        const pause = refusal === undefined ? goodMs : badMs;
        const sooner = AbortSignal.any([signal, woken.signal]);
        await sleep(pause, undefined, { signal: sooner, ref: false }).catch(() => undefined);
      }
    },
    suspect: () => woken.abort(),
    async untilGood({ signal }) {
      const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => abort(), { once: true });
      if (signal.aborted) abort();
      await Promise.race([good, aborted]);
    },
  };
}
