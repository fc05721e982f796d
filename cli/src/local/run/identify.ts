import type { DeviceIdentity, Item, NicFunction } from '@nicdiag/mlx5';
import { identityFrom } from '@nicdiag/mlx5/decode';
import { runCollector } from '../runCollector.ts';

/** Registers that say who the device is; a function that may not read them says nothing. */
const IDENTITY = { registers: [{ name: 'MGIR' }, { name: 'MSGI' }] } as const;
const MAX_BYTES = 64 * 1024;

/** Asks firmware who it is: PSID, firmware version, serial and part number, as far as it says. */
export async function identify(
  device: NicFunction,
  options: { readonly signal: AbortSignal },
): Promise<DeviceIdentity> {
  const items: Item[] = [];
  const run = {
    spec: { name: 'identity', type: 'RegisterDump', registerDump: IDENTITY },
    maxBytes: MAX_BYTES,
  } as const;
  try {
    for await (const item of runCollector(device, { ...run, impact: 'ReadOnly' }, options)) items.push(item);
  } catch (error) {
    // A device that cannot be opened is a result of the capture, which says so itself.
    if (options.signal.aborted) throw error;
  }
  return identityFrom(items);
}
