import { createFwctlNode } from '../abi/fwctl.ts';
import { createMlx5ctlNode } from '../abi/mlx5ctl.ts';
import type { CommandLog } from '../driver/commandLog.ts';
import { type CommandQueue, createCommandQueue } from '../driver/commandQueue.ts';
import { createIommu, type Iommu } from '../driver/iommu.ts';
import type { FaultTable } from '../faults/faultTable.ts';
import { createCard } from '../firmware/card.ts';
import { modelOf } from '../firmware/cardModel.ts';
import { createFirmwareFunction, type FirmwareFunction } from '../firmware/firmwareFunction.ts';
import type { Clock } from '../firmware/state/clock.ts';
import { type CharacterDevice, createTree, type DeviceNode, type Tree } from '../fuse/tree.ts';
import type { FunctionProfile, HostProfile } from './profile.ts';
import { plantBridges } from './sysfs/plantBridge.ts';
import { plantFunction } from './sysfs/plantFunction.ts';
import { plantHost } from './sysfs/plantHost.ts';
import { plantKernel } from './sysfs/plantKernel.ts';

/** One emulated host: its devices, and the files through which programs see them. */
export interface Host {
  readonly tree: Tree;
  readonly functions: readonly HostFunction[];
  /** TAINT_FWCTL: an fwctl RPC used a scope that may change things. */
  readonly tainted: boolean;
  readonly iommu: Iommu;
}

export interface HostFunction {
  readonly profile: FunctionProfile;
  readonly firmware: FirmwareFunction;
  readonly present: boolean;
  /** The device vanishes from the tree; open files answer ENODEV from then on. */
  remove(): void;
  /** It comes back, with new user contexts. */
  restore(): void;
}

interface Plugged {
  readonly present: boolean;
  unplug(): void;
}

export interface HostOptions {
  readonly profile: HostProfile;
  readonly seed: number;
  readonly clock: Clock;
  readonly faults: FaultTable;
  readonly log: CommandLog;
  /** By paths of nodes; the others are regular files of the tree. */
  readonly characterDevices?: ReadonlyMap<string, CharacterDevice>;
}

export function createHost({ profile, seed, clock, faults, log, characterDevices }: HostOptions): Host {
  const tree = createTree(characterDevices);
  const iommu = createIommu();
  let tainted = false;
  plantHost(tree);
  plantKernel(tree, profile);
  plantBridges(tree, profile.cards);

  /** A device from its probe to its removal. Files that were open then stay dead, also when it comes back. */
  function plug(firmware: FirmwareFunction, siblings: readonly FunctionProfile[]): Plugged {
    const { profile: fn } = firmware;
    let present = true;
    const plugged = {
      get present() {
        return present;
      },
      unplug() {
        if (!present) return;
        present = false;
        uproot();
        // The driver ends what its files had made; nobody else is told.
        firmware.reset();
      },
    };
    const device = fn.pciAddress;
    const queue = createCommandQueue({
      device,
      firmware,
      iommu,
      faults,
      log,
      abortsByStatus: fn.channel?.kind !== 'fwctl',
      isPresent: () => present,
      remove: plugged.unplug,
    });
    const uproot = plantFunction(tree, { firmware, siblings, open: openNode(fn, queue) });
    return plugged;
  }

  function openNode(fn: FunctionProfile, queue: CommandQueue): DeviceNode['open'] {
    const { uctxCap, pciAddress, channel } = fn;
    const options = { queue, uctxCap };
    if (channel?.kind !== 'fwctl') return createMlx5ctlNode({ ...options, pciAddress, version: channel?.abi ?? 'V4' });
    return createFwctlNode({
      ...options,
      onTaint: () => {
        tainted = true;
      },
    });
  }

  function createFunction(firmware: FirmwareFunction, siblings: readonly FunctionProfile[]): HostFunction {
    let plugged = plug(firmware, siblings);
    return {
      profile: firmware.profile,
      firmware,
      get present() {
        return plugged.present;
      },
      remove: () => plugged.unplug(),
      restore() {
        if (plugged.present) return;
        plugged = plug(firmware, siblings);
      },
    };
  }

  const functions = profile.cards.flatMap((cardProfile) => {
    const card = createCard(modelOf(cardProfile), cardProfile, clock, seed);
    return cardProfile.functions.map((fn, vhcaId) =>
      createFunction(createFirmwareFunction(card, fn, vhcaId, iommu), cardProfile.functions),
    );
  });

  return {
    tree,
    functions,
    iommu,
    get tainted() {
      return tainted;
    },
  };
}
