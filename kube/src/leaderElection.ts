import { setTimeout as delay } from 'node:timers/promises';
import type { KubeClient } from './client.ts';
import { isKubeError } from './kubeError.ts';
import { heldBy, type Lease, leases, mayAcquire, type Observation, observeLease, released } from './lease.ts';
import { type MetricsSink, noMetrics } from './metrics.ts';

/** What a leader is given. */
export interface Leadership {
  /** Aborted as soon as the lease is lost or about to be. */
  signal: AbortSignal;
  /** The fence: true while no other candidate can hold the lease. Ask before each burst of writes. */
  isLeader(): boolean;
}

export interface LeaderElectionOptions {
  client: KubeClient;
  namespace: string;
  /** name of the Lease */
  name: string;
  /** unique among the candidates */
  identity: string;
  /** Runs while leading; resolves soon after its signal is aborted. Returning earlier gives the lease up. */
  lead: (leadership: Leadership) => Promise<void>;
  /** How long others wait for a silent leader. @default 15 s */
  leaseDurationMs?: number | undefined;
  /** A leader that could not renew for so long stops leading. Below the lease's duration. @default 10 s */
  renewDeadlineMs?: number | undefined;
  /** Between tries. @default 2 s */
  retryPeriodMs?: number | undefined;
  onError?: (error: unknown) => void;
  onChange?: (leading: boolean) => void;
  metrics?: MetricsSink;
}

/** Competes for a Lease and leads while it holds it, until aborted; releases it on the way out. */
export async function runLeaderElection(
  options: LeaderElectionOptions,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const { client, namespace, name, identity, lead, onError, onChange } = options;
  const metrics = options.metrics ?? noMetrics;
  const leaseDurationMs = options.leaseDurationMs ?? 15_000;
  const renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
  const retryPeriodMs = options.retryPeriodMs ?? 2_000;
  if (renewDeadlineMs >= leaseDurationMs) throw new RangeError('renewDeadlineMs must be below leaseDurationMs');
  const ref = { namespace, name };
  let seen: Observation | undefined;

  /** One try to become or stay the holder.
   * @returns monotonic milliseconds of the moment before the write, from which the lease counts; undefined when another holds it */
  async function tryHold(timeoutMs: number): Promise<number | undefined> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const lease = await client.find(leases, ref, { signal: limited });
    const now = performance.now();
    seen = observeLease(seen, lease?.spec, now);
    if (!mayAcquire(seen, identity, now)) return undefined;
    const spec = heldBy(identity, leaseDurationMs, new Date(), lease?.spec);
    // update() carries the resourceVersion that was read: of two candidates one gets Conflict.
    const written: Lease = lease
      ? await client.update(leases, { ...lease, spec }, { signal: limited })
      : await client.create(leases, { metadata: ref, spec }, { signal: limited });
    seen = observeLease(seen, written.spec, now);
    return now;
  }

  async function attempt(timeoutMs: number): Promise<number | undefined> {
    try {
      return await tryHold(timeoutMs);
    } catch (error) {
      // Losing a race for the lease is how elections work, not a fault.
      if (!signal.aborted && !isKubeError(error, 'Conflict', 'AlreadyExists')) onError?.(error);
      return undefined;
    }
  }

  async function release(): Promise<void> {
    try {
      const timeout = AbortSignal.timeout(Math.min(renewDeadlineMs, 5_000));
      const lease = await client.find(leases, ref, { signal: timeout });
      if (lease?.spec?.holderIdentity !== identity) return;
      await client.update(leases, { ...lease, spec: released(new Date(), lease.spec) }, { signal: timeout });
    } catch (error) {
      // It expires by itself; the next leader only waits longer.
      onError?.(error);
    }
  }

  async function holdAndLead(heldSince: number): Promise<void> {
    let renewedAt = heldSince;
    let leading = true;
    const lost = new AbortController();
    const isLeader = () => leading && performance.now() < renewedAt + renewDeadlineMs;
    metrics.gauge('leader_election_master_status', { name }, 1);
    onChange?.(true);
    const leaderSignal = AbortSignal.any([signal, lost.signal]);
    const led = Promise.resolve()
      .then(() => lead({ signal: leaderSignal, isLeader }))
      .finally(() => lost.abort());
    // Awaited below; a rejection must not count as unhandled before that.
    led.catch(() => {});
    while (!leaderSignal.aborted) {
      await delay(retryPeriodMs, undefined, { signal: leaderSignal }).catch(() => {});
      if (leaderSignal.aborted) break;
      renewedAt = (await attempt(renewDeadlineMs)) ?? renewedAt;
      if (performance.now() >= renewedAt + renewDeadlineMs || !stillOurs(seen, identity)) lost.abort();
    }
    leading = false;
    metrics.gauge('leader_election_master_status', { name }, 0);
    onChange?.(false);
    // Released only after the last write: the next leader must not meet ours.
    try {
      await led;
    } finally {
      await release();
    }
  }

  metrics.gauge('leader_election_master_status', { name }, 0);
  while (!signal.aborted) {
    const heldSince = await attempt(renewDeadlineMs);
    if (heldSince !== undefined) await holdAndLead(heldSince);
    else await delay(retryPeriodMs * (0.9 + Math.random() * 0.2), undefined, { signal }).catch(() => {});
  }
}

function stillOurs(seen: Observation | undefined, identity: string): boolean {
  return seen?.spec?.holderIdentity === identity;
}
