import type { FirmwareFunction } from '../../firmware/firmwareFunction.ts';
import type { DeviceNode, Tree } from '../../fuse/tree.ts';
import type { FunctionProfile } from '../profile.ts';
import { plantChannel } from './plantChannel.ts';
import { createPlanter } from './planter.ts';
import { plantNetdev } from './plantNetdev.ts';
import { plantPci } from './plantPci.ts';
import { plantRdmaDevice } from './plantRdmaDevice.ts';
import { plantSubfunction } from './plantSubfunction.ts';

export interface FunctionToPlant {
  readonly firmware: FirmwareFunction;
  /** All functions of the card, this one among them. */
  readonly siblings: readonly FunctionProfile[];
  readonly open: DeviceNode['open'];
}

/** Adds everything that a PCI function brings into /dev and /sys.
 * @returns takes it away again */
export function plantFunction(tree: Tree, { firmware, siblings, open }: FunctionToPlant): () => void {
  const planter = createPlanter(tree);
  const { profile } = firmware;
  plantPci(planter, firmware, siblings);
  plantChannel(planter, profile, open);
  for (const netdev of profile.netdevs) plantNetdev(planter, firmware, netdev);
  if (profile.rdmaDevice !== undefined) plantRdmaDevice(planter, firmware, profile.rdmaDevice);
  for (const subfunction of profile.subfunctions) plantSubfunction(planter, firmware, subfunction);
  return () => planter.uproot();
}
