import { findChannelNodes } from './channelNodes.ts';
import { describeFunctions } from './describeFunctions.ts';
import type { UnreachableFunction, UnreachableReason } from './device.ts';
import { createHostRoot, type HostRoot } from './hostRoot.ts';
import { identifyModel } from './models.ts';
import { PCI_DEVICES } from './pciDevice.ts';

/** Finds the physical functions of the mlx5 family that cannot be asked anything, and why: a card in flash recovery would
 * otherwise just be missing. VFs without a channel are usual and left out.
 * @param hostRoot directory in which the host's `/dev` and `/sys` lie */
export function discoverUnreachable({ hostRoot }: { readonly hostRoot: string }): UnreachableFunction[] {
  const host = createHostRoot(hostRoot);
  const reachable = new Set(findChannelNodes(host).map(({ pciAddress }) => pciAddress));
  const functions = describeFunctions(
    host,
    host.list(PCI_DEVICES).filter((address) => !reachable.has(address)),
  );
  return [...functions.values()].flatMap((fn) => {
    const model = identifyModel(fn.deviceId);
    // Bridges and management functions of the same vendor are no NICs.
    if (fn.function === 'VF' || model === undefined) return [];
    const driver = driverOf(host, fn.pciAddress);
    const unreachable: UnreachableReason = model.inRecovery
      ? 'FlashRecovery'
      : driver === 'mlx5_core'
        ? 'NoChannel'
        : 'NoDriver';
    return [{ ...fn, unreachable, message: MESSAGES[unreachable](hex(fn.deviceId), driver) }];
  });
}

const MESSAGES: Readonly<Record<UnreachableReason, (deviceId: string, driver: string | undefined) => string>> = {
  FlashRecovery: (deviceId) =>
    `no firmware runs on it: it is in flash recovery (PCI id ${deviceId}), where no driver takes it. Burn a firmware image ` +
    '(mstflint, through the PCI address), then power-cycle; if it comes back like this, replace it',
  NoDriver: (_deviceId, driver) =>
    driver === undefined
      ? 'no driver has it: see the kernel log for why mlx5_core gave up on it, then bind it'
      : `the driver ${driver} has it, for another user such as a virtual machine: ask there`,
  NoChannel: () =>
    'mlx5_core has it but offers no debug channel: load mlx5_fwctl (Linux 6.15 and later, or DOCA/OFED) or mlx5ctl; firmware ' +
    'must offer user contexts (UCTX_EN)',
};

function driverOf(host: HostRoot, pciAddress: string): string | undefined {
  return host.resolve(`${PCI_DEVICES}/${pciAddress}/driver`)?.split('/').at(-1);
}

function hex(deviceId: number): string {
  return `0x${deviceId.toString(16).padStart(4, '0')}`;
}
