/** PCI vendor of the mlx5 family. */
export const MELLANOX_VENDOR_ID = 0x15b3;

/** Models by PCI device id. Ids of PFs agree with mstflint; those of VFs (PF + 1 up to ConnectX-6, then 0x101e for all)
 * are from general knowledge. */
const MODELS: Readonly<Record<number, string>> = {
  4115: 'ConnectX-4',
  4116: 'ConnectX-4',
  4117: 'ConnectX-4 Lx',
  4118: 'ConnectX-4 Lx',
  4119: 'ConnectX-5',
  4120: 'ConnectX-5',
  4121: 'ConnectX-5 Ex',
  4122: 'ConnectX-5 Ex',
  4123: 'ConnectX-6',
  4124: 'ConnectX-6',
  4125: 'ConnectX-6 Dx',
  4127: 'ConnectX-6 Lx',
  4129: 'ConnectX-7',
  4131: 'ConnectX-8',
  4133: 'ConnectX-9',
  41682: 'BlueField',
  41683: 'BlueField',
  41686: 'BlueField-2',
  41692: 'BlueField-3',
};

/** Id of a VF from ConnectX-6 Dx on: it does not tell the model, its PF does. */
const GENERIC_VF_ID = 0x101e;

/** @param physfnDeviceId device id of the PF, for a VF */
export function modelOf(deviceId: number, physfnDeviceId?: number): string {
  const id = deviceId === GENERIC_VF_ID && physfnDeviceId !== undefined ? physfnDeviceId : deviceId;
  return MODELS[id] ?? `unknown (0x${id.toString(16).padStart(4, '0')})`;
}
