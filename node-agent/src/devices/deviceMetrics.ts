import type { NicDeviceStatus } from '@nicdiag/api';
import { Gauge, type Registry } from '@nicdiag/runtime';

/** What NicDevices say, as metrics: a fleet's firmware and health without asking the API server. */
export interface DeviceMetrics {
  /** A device as it is now. */
  present(pciAddress: string, status: NicDeviceStatus): void;
  /** Forgets all others. */
  keep(pciAddresses: readonly string[]): void;
}

const STATUSES = ['True', 'False', 'Unknown'] as const;

export function createDeviceMetrics(registry: Registry, node: string): DeviceMetrics {
  const registers = [registry];
  const info = new Gauge({
    name: 'nicdiag_device_info',
    help: 'A device of this node, always 1: join it with others by node and pci',
    labelNames: ['node', 'pci', 'psid', 'fw', 'model'],
    registers,
  });
  const condition = new Gauge({
    name: 'nicdiag_device_condition',
    help: 'Conditions of a device as in its NicDevice: 1 for the status that a type has, 0 for the others',
    labelNames: ['node', 'pci', 'type', 'status'],
    registers,
  });
  const devices = new Map<string, NicDeviceStatus>();

  /** A device whose firmware was updated has other labels: the series of before must end. */
  const show = (): void => {
    info.reset();
    condition.reset();
    for (const [pci, { psid = '', firmwareVersion: fw = '', model = '', conditions = [] }] of devices) {
      info.set({ node, pci, psid, fw, model }, 1);
      for (const { type, status: now } of conditions)
        for (const status of STATUSES) condition.set({ node, pci, type, status }, status === now ? 1 : 0);
    }
  };

  return {
    present(pciAddress, status) {
      devices.set(pciAddress, status);
      show();
    },
    keep(pciAddresses) {
      for (const pci of devices.keys()) if (!pciAddresses.includes(pci)) devices.delete(pci);
      show();
    },
  };
}
