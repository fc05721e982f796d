import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff, toError } from '@nicdiag/runtime';
import { isTransient } from './apiError.ts';

export interface UntilAnsweredOptions {
  readonly signal: AbortSignal;
  readonly onTrouble: (error: Error, pauseMs: number) => void;
}

/** Repeats a request until the API server has given an answer that stands: a success or a refusal that repeating does
 * not change. Outages, restarts and overload only delay it.
 * @throws ApiError of a refusal; the signal's reason */
export async function untilAnswered<T>(
  request: () => Promise<T>,
  { signal, onTrouble }: UntilAnsweredOptions,
): Promise<T> {
  const backoff = createBackoff({ initialMs: 200, maxMs: 30_000 });
  for (;;) {
    try {
      return await request();
    } catch (thrown) {
      signal.throwIfAborted();
      if (!isTransient(thrown)) throw thrown;
      const pause = backoff.next();
      onTrouble(toError(thrown), pause);
      await sleep(pause, undefined, { signal });
    }
  }
}
