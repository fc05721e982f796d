import type { NicFunction } from '@nicdiag/mlx5';
import { selectDevice } from './selectDevice.ts';

/** The device of this host that `-d` names.
 * @throws UsageError that says what there is instead; CommandError that says why it cannot be asked */
export async function findDevice(options: {
  readonly hostRoot: string;
  readonly device?: string;
}): Promise<NicFunction> {
  const { discoverDevices, discoverUnreachable } = await import('@nicdiag/mlx5');
  const { hostRoot, device } = options;
  return selectDevice(discoverDevices({ hostRoot }), device, () => discoverUnreachable({ hostRoot }));
}
