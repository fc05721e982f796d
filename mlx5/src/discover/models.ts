/** PCI vendor of the mlx5 family. */
export const MELLANOX_VENDOR_ID = 0x15b3;

interface Model {
  readonly name: string;
  /** PCI device ids of its PFs, and of its VFs where they tell the model. */
  readonly ids: readonly number[];
  /** Id of the hardware (MGIR.hw_dev_id): also the PCI device id while no firmware runs; one above it, if the card takes
   * signed firmware only. */
  readonly hardware: number;
  /** A card with processors of its own, which may own it. */
  readonly dpu?: true;
}

/** Ids of PFs and hardware agree with mstflint; those of VFs (PF + 1 up to ConnectX-6, then 0x101e for all) are from general
 * knowledge. */
const MODELS: readonly Model[] = [
  { name: 'ConnectX-4', ids: [0x1013, 0x1014], hardware: 0x209 },
  { name: 'ConnectX-4 Lx', ids: [0x1015, 0x1016], hardware: 0x20b },
  { name: 'ConnectX-5', ids: [0x1017, 0x1018], hardware: 0x20d },
  { name: 'ConnectX-5 Ex', ids: [0x1019, 0x101a], hardware: 0x20d },
  { name: 'ConnectX-6', ids: [0x101b, 0x101c], hardware: 0x20f },
  { name: 'ConnectX-6 Dx', ids: [0x101d], hardware: 0x212 },
  { name: 'ConnectX-6 Lx', ids: [0x101f], hardware: 0x216 },
  { name: 'ConnectX-7', ids: [0x1021], hardware: 0x218 },
  { name: 'ConnectX-8', ids: [0x1023], hardware: 0x21e },
  { name: 'ConnectX-9', ids: [0x1025], hardware: 0x224 },
  { name: 'BlueField', ids: [0xa2d2, 0xa2d3], hardware: 0x211, dpu: true },
  { name: 'BlueField-2', ids: [0xa2d6], hardware: 0x214, dpu: true },
  { name: 'BlueField-3', ids: [0xa2dc], hardware: 0x21c, dpu: true },
];

/** Hardware whose id and the one above it both stand for recovery: cards that take signed firmware only. */
const FIRST_SECURE_HARDWARE = 0x20f;
/** Between them lie ids of other hardware. */
const NOT_SECURE: readonly number[] = [0x211];

/** Id of a VF from ConnectX-6 Dx on: it does not tell the model, its PF does. */
const GENERIC_VF_ID = 0x101e;

/** What a PCI device id of this vendor stands for. */
export interface IdentifiedModel {
  readonly name: string;
  /** No firmware runs on the card: it waits for a new image (flash recovery). */
  readonly inRecovery: boolean;
  readonly dpu: boolean;
}

/** @param physfnDeviceId device id of the PF, for a VF
 * @returns undefined for an id that is not in the table */
export function identifyModel(deviceId: number, physfnDeviceId?: number): IdentifiedModel | undefined {
  const id = deviceId === GENERIC_VF_ID && physfnDeviceId !== undefined ? physfnDeviceId : deviceId;
  const running = MODELS.find(({ ids }) => ids.includes(id));
  const model = running ?? MODELS.find(({ hardware }) => recoveryIds(hardware).includes(id));
  if (model === undefined) return undefined;
  return { name: model.name, inRecovery: running === undefined, dpu: model.dpu === true };
}

/** @param physfnDeviceId device id of the PF, for a VF */
export function modelOf(deviceId: number, physfnDeviceId?: number): string {
  return identifyModel(deviceId, physfnDeviceId)?.name ?? `unknown (0x${deviceId.toString(16).padStart(4, '0')})`;
}

function recoveryIds(hardware: number): readonly number[] {
  const isSecure = hardware >= FIRST_SECURE_HARDWARE && !NOT_SECURE.includes(hardware);
  return isSecure ? [hardware, hardware + 1] : [hardware];
}
