import { type ClassDevice, classDevices, subfunctionNames } from './classDevices.ts';
import type { PciFunction, Subfunction } from './device.ts';
import type { HostRoot } from './hostRoot.ts';
import { identifyModel, MELLANOX_VENDOR_ID, modelOf } from './models.ts';
import { asicOf, PCI_DEVICES, readPciDevice } from './pciDevice.ts';

/** Describes PCI functions by what sysfs says; those of other vendors are left out. */
export function describeFunctions(host: HostRoot, pciAddresses: readonly string[]): ReadonlyMap<string, PciFunction> {
  const devices = { net: classDevices(host, 'net'), infiniband: classDevices(host, 'infiniband') };
  const isArm = isArmSide(host);
  const functions = new Map<string, PciFunction>();
  for (const pciAddress of new Set(pciAddresses)) {
    const described = describe(host, pciAddress, devices, isArm);
    if (described !== undefined) functions.set(pciAddress, described);
  }
  return withSharedAsics(host, functions);
}

interface ClassDevices {
  readonly net: readonly ClassDevice[];
  readonly infiniband: readonly ClassDevice[];
}

function describe(host: HostRoot, pciAddress: string, devices: ClassDevices, isArm: boolean): PciFunction | undefined {
  const pci = readPciDevice(host, pciAddress);
  if (pci?.vendorId !== MELLANOX_VENDOR_ID) return undefined;
  const physfn = pci.physfn === undefined ? undefined : readPciDevice(host, pci.physfn);
  const names = (kind: keyof ClassDevices, subfunction?: string): readonly string[] =>
    devices[kind]
      .filter((device) => device.pciAddress === pciAddress && device.subfunction === subfunction)
      .map(({ name }) => name);
  const netdevs = names('net');
  const isDpu = identifyModel(pci.deviceId, physfn?.deviceId)?.dpu === true;
  return {
    pciAddress,
    asic: asicOf(pci),
    function: pci.physfn === undefined ? 'PF' : 'VF',
    ...(pci.physfn === undefined ? {} : { physfn: pci.physfn }),
    deviceId: pci.deviceId,
    model: modelOf(pci.deviceId, physfn?.deviceId),
    ...(isDpu ? { side: isArm ? 'Arm' : 'Host' } : {}),
    netdevs,
    rdmaDevices: names('infiniband'),
    vfs: pci.vfs,
    subfunctions: subfunctionNames(host, `${PCI_DEVICES}/${pciAddress}`).map((name): Subfunction => {
      const sfnum = host.read(`${PCI_DEVICES}/${pciAddress}/${name}/sfnum`);
      return {
        name,
        ...(sfnum === undefined ? {} : { sfnum: Number(sfnum) }),
        netdevs: names('net', name),
        rdmaDevices: names('infiniband', name),
      };
    }),
    ...(pci.numaNode === undefined ? {} : { numaNode: pci.numaNode }),
    link: linkOf(host, netdevs),
  };
}

/** A host that has devices of BlueField's own platform is one.
 * @source ACPI ids in drivers/platform/mellanox, e.g. MLNXBF04 of mlxbf-bootctl */
function isArmSide(host: HostRoot): boolean {
  return host.list('/sys/bus/platform/devices').some((name) => name.startsWith('MLNXBF'));
}

/** Functions of one ASIC may sit on several buses (socket direct, two PCI Express links). Their RDMA devices have the
 * same system image GUID; by that mlx5_core itself knows that two functions are of the same hardware. */
function withSharedAsics(
  host: HostRoot,
  functions: ReadonlyMap<string, PciFunction>,
): ReadonlyMap<string, PciFunction> {
  const images = new Map<string, string>();
  const firstOf = new Map<string, string>();
  for (const { asic, rdmaDevices } of functions.values()) {
    const [name] = rdmaDevices;
    const image = name === undefined ? undefined : host.read(`/sys/class/infiniband/${name}/sys_image_guid`);
    if (image === undefined || !/[1-9a-f]/.test(image)) continue;
    images.set(asic, image);
    const first = firstOf.get(image);
    if (first === undefined || asic < first) firstOf.set(image, asic);
  }
  const shared = (asic: string): string => firstOf.get(images.get(asic) ?? '') ?? asic;
  return new Map([...functions].map(([address, fn]) => [address, { ...fn, asic: shared(fn.asic) }]));
}

function linkOf(host: HostRoot, netdevs: readonly string[]): PciFunction['link'] {
  const states = netdevs.map((name) => host.read(`/sys/class/net/${name}/operstate`));
  if (states.includes('up')) return 'Up';
  return states.some((state) => state === 'down' || state === 'lowerlayerdown') ? 'Down' : 'Unknown';
}
