import type { Port } from './port.ts';
import type { Random } from './random.ts';
import { between } from './random.ts';

/** Frame sizes as the counter groups bin them, with the share of each and its mean size in octets. */
const SIZES = [
  { share: 0.11, octets: 64 },
  { share: 0.09, octets: 90 },
  { share: 0.04, octets: 180 },
  { share: 0.02, octets: 380 },
  { share: 0.02, octets: 760 },
  { share: 0.06, octets: 1300 },
  { share: 0.03, octets: 1800 },
  { share: 0.02, octets: 3000 },
  { share: 0.6, octets: 4200 },
  { share: 0.01, octets: 9000 },
] as const;
const MEAN_OCTETS = SIZES.reduce((sum, { share, octets }) => sum + share * octets, 0);

/** What one direction of a port has carried. */
export interface Carried {
  readonly octets: number;
  readonly frames: number;
  readonly multicast: number;
  readonly broadcast: number;
  readonly unicast: number;
  /** Frames by size, in the order of the counter groups; they add up to `frames`. */
  readonly bySize: readonly number[];
}

/** @param active seconds of link, see Port.activeSeconds */
export type Traffic = (port: Port, direction: 'tx' | 'rx', active: number) => Carried;

/** Traffic comes in waves, but what was carried is known for any time without a history: load is
 * `1 + 0.6·sin(ωt+φ)`, and its integral is closed. */
export function createTraffic(random: Random): Traffic {
  return (port, direction, active) => {
    const name = `port ${port.number} ${direction} wave`;
    const period = between(random, `${name} period`, 20, 90);
    const phase = between(random, `${name} phase`, 0, 2 * Math.PI);
    const omega = (2 * Math.PI) / period;
    const wave = (0.6 / omega) * (Math.cos(phase) - Math.cos(omega * active + phase));
    const octetsPerSecond = (port.mode.mbps * 1e6) / 8;
    const octets = Math.floor(octetsPerSecond * port.load[direction] * Math.max(0, active + wave));
    const frames = Math.floor(octets / MEAN_OCTETS);
    const multicast = Math.floor(frames * 2e-5);
    const broadcast = Math.floor(frames * 3e-6);
    const smaller = SIZES.slice(0, -1).map(({ share }) => Math.floor(frames * share));
    const largest = frames - smaller.reduce((sum, count) => sum + count, 0);
    return {
      octets,
      frames,
      multicast,
      broadcast,
      unicast: frames - multicast - broadcast,
      bySize: [...smaller, largest],
    };
  };
}
