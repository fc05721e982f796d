import type { FirmwareFunction } from '../../firmware/firmwareFunction.ts';
import type { FunctionProfile } from '../profile.ts';
import { devicePath } from './paths.ts';
import { plantAer } from './plantAer.ts';
import type { Planter } from './planter.ts';

const DRIVER = 'sys/bus/pci/drivers/mlx5_core';
const MELLANOX = 0x15b3;
const ETHERNET_CLASS = 0x020000;
const INFINIBAND_CLASS = 0x020700;
/** Memory controller: what a card in flash recovery says that it is [inferred]. */
const RECOVERY_CLASS = 0x058000;

/** Transfer rate of each PCIe generation as sysfs words it. */
export const LINK_SPEEDS = [
  '',
  '2.5 GT/s PCIe',
  '5.0 GT/s PCIe',
  '8.0 GT/s PCIe',
  '16.0 GT/s PCIe',
  '32.0 GT/s PCIe',
  '64.0 GT/s PCIe',
];

export function plantPci(planter: Planter, firmware: FirmwareFunction, siblings: readonly FunctionProfile[]): void {
  const { profile, card } = firmware;
  const path = devicePath(profile);
  const { model } = card;
  const isVf = profile.type === 'VF';
  const isRunning = profile.state === 'running';
  // Without firmware a card has its hardware id on the bus, which no driver claims.
  const deviceId = isRunning ? (isVf ? model.vfPciDeviceId : model.pciDeviceId) : model.hwDevId;
  const deviceClass = classOf(firmware);
  const speed = LINK_SPEEDS[model.pcie.generation] ?? 'Unknown';
  const id = (value: number, digits = 4): string => `0x${value.toString(16).padStart(digits, '0')}`;

  planter.text(`${path}/vendor`, id(MELLANOX));
  planter.text(`${path}/device`, id(deviceId));
  planter.text(`${path}/subsystem_vendor`, id(MELLANOX));
  planter.text(`${path}/subsystem_device`, id(0x0041));
  planter.text(`${path}/class`, id(deviceClass, 6));
  planter.text(`${path}/revision`, id(model.hwRevision, 2));
  planter.text(`${path}/numa_node`, profile.numaNode);
  planter.text(`${path}/local_cpulist`, profile.numaNode === 0 ? '0-55' : '56-111');
  planter.text(`${path}/enable`, isRunning ? 1 : 0);
  planter.text(`${path}/current_link_speed`, speed);
  planter.text(`${path}/current_link_width`, model.pcie.width);
  planter.text(`${path}/max_link_speed`, speed);
  planter.text(`${path}/max_link_width`, model.pcie.width);
  planter.text(`${path}/modalias`, modalias(deviceId, deviceClass));
  planter.text(
    `${path}/uevent`,
    [
      ...(isRunning ? ['DRIVER=mlx5_core'] : []),
      `PCI_CLASS=${deviceClass.toString(16).toUpperCase()}`,
      `PCI_ID=15B3:${deviceId.toString(16).toUpperCase()}`,
      'PCI_SUBSYS_ID=15B3:0041',
      `PCI_SLOT_NAME=${profile.pciAddress}`,
      `MODALIAS=${modalias(deviceId, deviceClass)}`,
    ].join('\n'),
  );
  plantAer(planter, path, card);
  planter.link(`${path}/subsystem`, 'sys/bus/pci');
  planter.link(`sys/bus/pci/devices/${profile.pciAddress}`, path);
  if (!isRunning) return;
  planter.link(`${path}/driver`, DRIVER);
  planter.link(`${DRIVER}/${profile.pciAddress}`, path);

  const pf = physicalFunctionOf(siblings, profile);
  if (isVf && pf !== undefined) {
    planter.link(`${path}/physfn`, devicePath(pf));
  } else if (!isVf) {
    const vfs = siblings.filter((fn) => fn.type === 'VF' && physicalFunctionOf(siblings, fn) === profile);
    planter.text(`${path}/sriov_totalvfs`, 16);
    planter.text(`${path}/sriov_numvfs`, vfs.length);
    for (const [at, vf] of vfs.entries()) planter.link(`${path}/virtfn${at}`, devicePath(vf));
  }
}

/** The PF before a VF in the list. */
function physicalFunctionOf(siblings: readonly FunctionProfile[], fn: FunctionProfile): FunctionProfile | undefined {
  return siblings.slice(0, siblings.indexOf(fn) + 1).findLast(({ type }) => type === 'PF');
}

function classOf({ profile, card }: FirmwareFunction): number {
  if (profile.state === 'recovery') return RECOVERY_CLASS;
  return card.ports[0]?.mode.protocol === 'infiniband' ? INFINIBAND_CLASS : ETHERNET_CLASS;
}

function modalias(deviceId: number, deviceClass: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
  const [base, sub, interfaceCode] = [deviceClass >>> 16, (deviceClass >>> 8) & 0xff, deviceClass & 0xff];
  return `pci:v000015B3d${hex(deviceId, 8)}sv000015B3sd00000041bc${hex(base, 2)}sc${hex(sub, 2)}i${hex(interfaceCode, 2)}`;
}
