import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff, toError } from '@nicdiag/runtime';

/** Repeats a write to the node's disk until it succeeds. The disk may be full for a while; evidence that is uploaded
 * makes room.
 * @throws the signal's reason */
export async function untilStored<T>(
  write: () => Promise<T>,
  { signal, onTrouble }: { readonly signal: AbortSignal; readonly onTrouble: (error: Error) => void },
): Promise<T> {
  const backoff = createBackoff({ initialMs: 200, maxMs: 15_000 });
  for (;;) {
    try {
      return await write();
    } catch (thrown) {
      signal.throwIfAborted();
      onTrouble(toError(thrown));
      await sleep(backoff.next(), undefined, { signal });
    }
  }
}
