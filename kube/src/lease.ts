import type { KubeObject } from './objects.ts';
import { resource } from './resource.ts';

/** @source https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ */
export interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

export interface LeaseSpec {
  /** empty after a release */
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  /** RFC 3339 with microseconds */
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

export const leases = resource<Lease>('coordination.k8s.io/v1', 'leases');

/** What a candidate has seen of the lease. */
export interface Observation {
  /** the spec as last seen, undefined while there is no lease */
  spec: LeaseSpec | undefined;
  /** local monotonic milliseconds when the spec last differed from the one before */
  changedAt: number;
}

/** Takes in what was read. Other candidates' clocks are never compared with ours: only how long a record stood still counts. */
export function observeLease(previous: Observation | undefined, spec: LeaseSpec | undefined, now: number): Observation {
  const same = previous !== undefined && JSON.stringify(previous.spec ?? null) === JSON.stringify(spec ?? null);
  return same ? previous : { spec, changedAt: now };
}

/** True when `identity` may write itself into the lease: it is its own, released, absent, or has stood still too long. */
export function mayAcquire(seen: Observation, identity: string, now: number): boolean {
  const holder = seen.spec?.holderIdentity;
  if (!holder || holder === identity) return true;
  const durationMs = (seen.spec?.leaseDurationSeconds ?? 15) * 1000;
  return now > seen.changedAt + durationMs;
}

/** The spec that makes `identity` the holder from `time` on. */
export function heldBy(identity: string, durationMs: number, time: Date, previous: LeaseSpec | undefined): LeaseSpec {
  const renewTime = microTime(time);
  const kept = previous?.holderIdentity === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
    acquireTime: kept ? (previous.acquireTime ?? renewTime) : renewTime,
    renewTime,
    leaseTransitions: (previous?.leaseTransitions ?? 0) + (kept || !previous ? 0 : 1),
  };
}

/** The spec that lets the next candidate in at once. */
export function released(time: Date, previous: LeaseSpec): LeaseSpec {
  return { ...previous, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(time) };
}

/** MicroTime of the API: the server refuses fewer or more than six digits. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
