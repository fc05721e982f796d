import { setTimeout } from 'node:timers/promises';
import type { AdminClient } from '../cluster/adminClient.ts';

/** PFs of the three hosts' profiles. */
const DEVICES = 5;
const POLL_MS = 100;
const LIMIT_MS = 30_000;

/** Resolves when every device has been published with its health; an agent is ready before. After half a minute, too:
 * then the table shows what is missing. */
export async function untilPublished(admin: AdminClient, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (Date.now() < deadline) {
    if (published(await admin.request('GET', '/apis/nicdiag.dev/v1alpha1/nicdevices', { signal })) >= DEVICES) return;
    await setTimeout(POLL_MS, undefined, { signal });
  }
}

function published(list: unknown): number {
  const { items = [] } = list as { readonly items?: ReadonlyArray<{ readonly status?: { readonly health?: string } }> };
  return items.filter(({ status }) => status?.health !== undefined && status.health !== 'Unknown').length;
}
