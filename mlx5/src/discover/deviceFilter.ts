import type { NicFunction } from './device.ts';

/** The same shape as `spec.target.devices` of a DiagnosticCapture, kept here so that the library stands without
 * Kubernetes. */
export interface DeviceFilter {
  readonly pciAddresses?: readonly string[];
  readonly interfaces?: readonly string[];
  readonly rdmaDevices?: readonly string[];
  readonly models?: readonly string[];
  readonly psids?: readonly string[];
  /** Default `[PF]`. */
  readonly functions?: readonly ('PF' | 'VF')[];
  /** Default `Any`. */
  readonly linkState?: 'Any' | 'Up' | 'Down';
}

/** What a filter may ask of a device; a PSID only firmware knows, so it is absent until firmware was asked. */
export type FilteredDevice = Pick<
  NicFunction,
  'pciAddress' | 'netdevs' | 'rdmaDevices' | 'model' | 'function' | 'link'
> & {
  readonly psid?: string;
};

/** Every given field must match (AND); within a field any value does (OR). An absent or empty field does not filter,
 * except `functions`, whose default is PF. */
export function matchesFilter(device: FilteredDevice, filter: DeviceFilter): boolean {
  const { pciAddresses, interfaces, rdmaDevices, models, psids, functions, linkState } = filter;
  return (
    holdsAny(pciAddresses, [device.pciAddress]) &&
    holdsAny(interfaces, device.netdevs) &&
    holdsAny(rdmaDevices, device.rdmaDevices) &&
    holdsAny(models, [device.model]) &&
    holdsAny(psids, device.psid === undefined ? [] : [device.psid]) &&
    holdsAny(functions === undefined || functions.length === 0 ? ['PF'] : functions, [device.function]) &&
    (linkState === undefined || linkState === 'Any' || linkState === device.link)
  );
}

/** Whether all of the filter holds but what it says of the PSID, which of this device may not be known. Such a device is
 * not taken; who asks for it is told of it. */
export function mayMean(device: FilteredDevice, filter: DeviceFilter): boolean {
  return matchesFilter(device, { ...filter, psids: [] });
}

/** Whether the filter can only be judged after firmware was asked for its identity. */
export function needsIdentity(filter: DeviceFilter): boolean {
  return (filter.psids ?? []).length > 0;
}

function holdsAny(wanted: readonly string[] | undefined, has: readonly string[]): boolean {
  return wanted === undefined || wanted.length === 0 || has.some((value) => wanted.includes(value));
}
