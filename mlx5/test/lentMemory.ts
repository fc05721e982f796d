import type { ExecutionContext } from 'ava';
import type { EmulatedHost } from './emulatedHost.ts';

/** Requires that nothing is left of what clients of a host had lent its devices, once all have closed their files. */
export async function nothingLent(t: ExecutionContext, host: EmulatedHost, when: string): Promise<void> {
  await host.untilIdle();
  const status = await host.control({ status: true });
  t.is(status['pinnedPages'], 0, `${when}: pinned pages`);
  t.is(status['lostWrites'], 0, `${when}: writes of the device that found no memory`);
  for (const { device, umems, protectionDomains, memoryKeys } of status['devices'] as {
    device: string;
    umems: number;
    protectionDomains: number;
    memoryKeys: number;
  }[]) {
    t.deepEqual([umems, protectionDomains, memoryKeys], [0, 0, 0], `${when}: umems, domains and keys of ${device}`);
  }
}
