import { setTimeout as sleep } from 'node:timers/promises';

/** Only for what never comes: a busy machine takes its time. */
export const PATIENCE_MS = 180_000;
const POLL_MS = 40;

/** Resolves when the condition holds. One that throws does not hold: the API server may be away meanwhile. */
export async function awaited(
  condition: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let trouble: unknown;
  for (;;) {
    try {
      if (await condition()) return;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${patienceMs / 1000} s: ${what}`, { cause: trouble });
    await sleep(POLL_MS);
  }
}
