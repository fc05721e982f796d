import { modelOf } from '../../firmware/cardModel.ts';
import type { Tree } from '../../fuse/tree.ts';
import type { HostProfile } from '../profile.ts';
import { createPlanter, type Planter } from './planter.ts';

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
  if (profile.platform === 'bluefield') plantBlueField(planter);
  planter.text('proc/version', 'Linux version 6.15.0 (emulated) #1 SMP PREEMPT_DYNAMIC');
  // A record a line; a planted text ends in a newline of its own.
  planter.text('dev/kmsg', kernelLog(profile).join('\n'));
}

/** What tells that a host is the Arm side of a DPU: devices of its firmware with NVIDIA's ACPI ids.
 * @source drivers/platform/mellanox: mlxbf-bootctl MLNXBF04, mlxbf-tmfifo MLNXBF01 */
function plantBlueField(planter: Planter): void {
  for (const [id, driver] of [
    ['MLNXBF01:00', 'mlxbf-tmfifo'],
    ['MLNXBF04:00', 'mlxbf-bootctl'],
  ] as const) {
    const path = `sys/devices/platform/${id}`;
    planter.text(`${path}/uevent`, `DRIVER=${driver}\nMODALIAS=acpi:${id.slice(0, -3)}:`);
    planter.text(`${path}/modalias`, `acpi:${id.slice(0, -3)}:`);
    planter.link(`sys/bus/platform/devices/${id}`, path);
  }
}

function kernelLog(profile: HostProfile): string[] {
  const said = profile.cards.flatMap((card) => {
    const { firmwareVersion, ports, functions } = card;
    const { pcie, firmwareVersion: usual } = modelOf(card);
    // The driver never meets a card in recovery.
    const bound = functions.filter(({ state }) => state === 'running');
    return bound.flatMap(({ pciAddress, netdevs, ports: own }) => [
      [INFO, `mlx5_core ${pciAddress}: firmware version: ${firmwareVersion ?? usual}`] as const,
      [INFO, `mlx5_core ${pciAddress}: PCIe link width x${pcie.width}, generation ${pcie.generation}`] as const,
      [INFO, `mlx5_core ${pciAddress}: E-Switch: Total vports 2, per vport: max uc(128) max mc(2048)`] as const,
      ...netdevs.map(({ name, port }) =>
        ports[(own?.[port - 1] ?? port) - 1]?.link === 'down'
          ? ([WARNING, `mlx5_core ${pciAddress} ${name}: Link down`] as const)
          : ([INFO, `mlx5_core ${pciAddress} ${name}: Link up`] as const),
      ),
    ]);
  });
  const others = [[INFO, 'nvme nvme0: 56/0/0 default/read/poll queues'] as const];
  return [...others, ...said].map(([level, text], at) => `${level},${900 + at},${4_000_000 + at * 1_250},-;${text}`);
}
