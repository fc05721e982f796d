import { loadCardModel } from '../../firmware/cardModel.ts';
import type { Tree } from '../../fuse/tree.ts';
import type { HostProfile } from '../profile.ts';
import { createPlanter } from './planter.ts';

/** Levels of the kernel's log. */
const INFO = 6;
const WARNING = 4;

/** What the kernel itself shows: its log with what the driver says when it finds a card, lockdown, the driver's version.
 * Invented, in the driver's words. */
export function plantKernel(tree: Tree, profile: HostProfile): void {
  const planter = createPlanter(tree);
  planter.text('sys/kernel/security/lockdown', 'none [integrity] confidentiality');
  planter.text('sys/module/mlx5_core/srcversion', '533BB7E5866E52F63B9ACCB');
  planter.text('sys/module/mlx5_core/parameters/prof_sel', 2);
  planter.text('proc/version', 'Linux version 6.15.0 (emulated) #1 SMP PREEMPT_DYNAMIC');
  // A record a line; a planted text ends in a newline of its own.
  planter.text('dev/kmsg', kernelLog(profile).join('\n'));
}

function kernelLog(profile: HostProfile): string[] {
  const said = profile.cards.flatMap(({ model, firmwareVersion, ports, functions }) => {
    const { pcie, firmwareVersion: usual } = loadCardModel(model);
    return functions.flatMap(({ pciAddress, netdevs }) => [
      [INFO, `mlx5_core ${pciAddress}: firmware version: ${firmwareVersion ?? usual}`] as const,
      [INFO, `mlx5_core ${pciAddress}: PCIe link width x${pcie.width}, generation ${pcie.generation}`] as const,
      [INFO, `mlx5_core ${pciAddress}: E-Switch: Total vports 2, per vport: max uc(128) max mc(2048)`] as const,
      ...netdevs.map(({ name, port }) =>
        ports[port - 1]?.link === 'down'
          ? ([WARNING, `mlx5_core ${pciAddress} ${name}: Link down`] as const)
          : ([INFO, `mlx5_core ${pciAddress} ${name}: Link up`] as const),
      ),
    ]);
  });
  const others = [[INFO, 'nvme nvme0: 56/0/0 default/read/poll queues'] as const];
  return [...others, ...said].map(([level, text], at) => `${level},${900 + at},${4_000_000 + at * 1_250},-;${text}`);
}
