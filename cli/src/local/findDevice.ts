import { join } from 'node:path';
import type { NicFunction, UnreachableFunction } from '@nicdiag/mlx5';
import { isCalled, selectDevice } from './selectDevice.ts';

/** The device of this host that `-d` names.
 * @param channel false where no channel is needed: a card in flash recovery, or without a driver, is then as good as any
 * @throws UsageError that says what there is instead; CommandError that says why it cannot be asked */
export async function findDevice(
  options: { readonly hostRoot: string; readonly device?: string },
  { channel = true }: { readonly channel?: boolean } = {},
): Promise<NicFunction> {
  const { discoverDevices, discoverUnreachable } = await import('@nicdiag/mlx5');
  const { hostRoot, device } = options;
  const devices = discoverDevices({ hostRoot });
  const others = () => discoverUnreachable({ hostRoot });
  const isMeant = (fn: UnreachableFunction) => (device === undefined ? devices.length === 0 : isCalled(fn, device));
  const meant = channel ? [] : others().filter(isMeant);
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return withoutNode(only, hostRoot);
  return selectDevice(devices, device, others);
}

/** As far as a collector goes that opens nothing: of the node only the directory is used, which says whose host it is. */
function withoutNode(fn: UnreachableFunction, hostRoot: string): NicFunction {
  return { ...fn, kind: 'fwctl', node: join(hostRoot, 'dev', fn.unreachable) };
}
