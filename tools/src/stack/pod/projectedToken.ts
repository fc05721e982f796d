import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { BoundTokenOptions } from '../../cluster/boundToken.ts';
import type { Cluster } from '../../cluster/cluster.ts';

const RETRY_MS = 2_000;

/** A token is renewed when this part of its life is over, as the kubelet does. */
const RENEW_AT = 0.8;

/** Keeps a ServiceAccount token in a file, as the kubelet does with a projected volume: written now, replaced before it
 * expires, until the signal aborts. An API server that is away delays a renewal. */
export async function projectToken(
  cluster: Cluster,
  path: string,
  options: BoundTokenOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const renew = async (): Promise<number> => {
    const { token, expires } = await cluster.boundToken(options);
    // Renamed into place: a reader sees the old token or the new one.
    writeFileSync(`${path}.new`, token, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return (expires.getTime() - Date.now()) * RENEW_AT;
  };
  const first = await renew();
  void keep(first).catch(() => {});

  /** Rejects only when the signal has aborted: that is its end. */
  async function keep(wait: number): Promise<void> {
    for (;;) {
      await setTimeout(wait, undefined, { signal, ref: false });
      wait = await renew().catch(() => RETRY_MS);
    }
  }
}
