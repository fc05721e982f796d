import type { CollectorReason, DeviceReason, NodeReason } from '@nicdiag/api';

/** What came of one collector on one device. `good` counts the items that firmware answered. */
export interface CollectorOutcome {
  readonly name: string;
  readonly state: OutcomeState;
  readonly reason?: CollectorReason;
  readonly message?: string;
  readonly items: number;
  readonly itemErrors: number;
}

export type OutcomeState = 'Succeeded' | 'Partial' | 'Failed' | 'Unsupported' | 'Cancelled';

export interface DeviceOutcome {
  readonly state: OutcomeState;
  readonly reason: DeviceReason;
  readonly message?: string;
}

export interface NodeOutcome {
  readonly state: OutcomeState;
  readonly reason: NodeReason;
  readonly message?: string;
}

/** Folds the collectors of one device. One that did what is possible is `Succeeded`: an unsupported collector beside
 * done ones takes nothing away, it only gives the reason. */
export function foldCollectors(collectors: readonly CollectorOutcome[]): DeviceOutcome {
  const states = new Set(collectors.map(({ state }) => state));
  const told = collectors.filter(({ state }) => state !== 'Succeeded');
  const message = told.map(({ name, message: text, reason }) => `${name}: ${text ?? reason ?? 'failed'}`).join('; ');
  const because = message === '' ? {} : { message };
  if (states.size === 1 && states.has('Unsupported'))
    return { state: 'Unsupported', reason: 'DeviceUnsupported', ...because };
  if (states.has('Cancelled')) return { state: 'Cancelled', reason: 'Cancelled', ...because };
  if (!states.has('Partial') && !states.has('Failed')) {
    return { state: 'Succeeded', reason: states.has('Unsupported') ? 'Unsupported' : 'Succeeded', ...because };
  }
  const nothing = !states.has('Succeeded') && !states.has('Partial');
  const bad = told.filter(({ state }) => state !== 'Unsupported');
  return {
    state: nothing ? 'Failed' : 'Partial',
    reason: only(bad.map(({ reason }) => reason)) ?? (nothing ? 'Failed' : 'Partial'),
    ...because,
  };
}

/** What is said of a device that passes a filter but for its PSID, which it does not tell. */
export const NO_PSID = 'its firmware does not tell which PSID it has';

/** Folds the devices of the node; none at all means that no device passed the filter.
 * @param meant devices that the filter may mean, each with why that cannot be said, or why it cannot be asked */
export function foldDevices(
  devices: readonly ({ readonly pciAddress: string } & DeviceOutcome)[],
  meant: readonly string[] = [],
): NodeOutcome {
  if (devices.length === 0) {
    const nobody = 'no device of this node passes spec.target.devices';
    const but = meant.length === 0 ? '' : `, which may mean cards that do not answer: ${meant.join('; ')}`;
    return { state: 'Failed', reason: 'NoDeviceMatches', message: `${nobody}${but}` };
  }
  const states = new Set(devices.map(({ state }) => state));
  const told = devices.filter(({ reason }) => reason !== 'Succeeded');
  const message = told.map(({ pciAddress, reason }) => `${pciAddress}: ${reason}`).join(', ');
  const because = message === '' ? {} : { message };
  if (states.has('Cancelled')) return { state: 'Cancelled', reason: 'Cancelled', ...because };
  if (states.size === 1 && states.has('Unsupported')) {
    return { state: 'Unsupported', reason: only(devices.map(({ reason }) => reason)) ?? 'Unsupported', ...because };
  }
  if (!states.has('Partial') && !states.has('Failed')) {
    return { state: 'Succeeded', reason: told.length > 0 ? 'WithUnsupported' : 'Succeeded', ...because };
  }
  const nothing = !states.has('Succeeded') && !states.has('Partial');
  const bad = devices.filter(({ state }) => state === 'Partial' || state === 'Failed');
  return {
    state: nothing ? 'Failed' : 'Partial',
    reason: only(bad.map(({ reason }) => reason)) ?? (nothing ? 'Failed' : 'Partial'),
    ...because,
  };
}

/** The one value that all of them are. */
function only<T>(values: readonly (T | undefined)[]): T | undefined {
  const distinct = new Set(values);
  return distinct.size === 1 ? values[0] : undefined;
}
