import type { CollectorSpec, DeviceIdentity, Item, NicFunction } from '@nicdiag/mlx5';
import { identityFrom } from '@nicdiag/mlx5/decode';
import { runCollector } from '../runCollector.ts';

/** Registers that say who the device is. */
const REGISTERS: CollectorSpec = {
  name: 'identity',
  type: 'RegisterDump',
  registerDump: { registers: [{ name: 'MGIR' }, { name: 'MSGI' }] },
};
/** QUERY_ADAPTER, which tells the PSID to a limited function too: one that may read no register. */
const ADAPTER: CollectorSpec = { name: 'adapter', type: 'ObjectDump', objectDump: { objects: [{ type: 'ADAPTER' }] } };
const MAX_BYTES = 64 * 1024;

/** Asks firmware who it is: PSID, firmware version, serial and part number, as far as it says. */
export async function identify(
  device: NicFunction,
  options: { readonly signal: AbortSignal },
): Promise<DeviceIdentity> {
  const items: Item[] = [];
  try {
    for (const spec of [REGISTERS, ADAPTER]) {
      const run = { spec, maxBytes: MAX_BYTES, impact: 'ReadOnly' } as const;
      for await (const item of runCollector(device, run, options)) items.push(item);
      if (identityFrom(items).psid !== undefined) break;
    }
  } catch (error) {
    // A device that cannot be opened is a result of the capture, which says so itself.
    if (options.signal.aborted) throw error;
  }
  return identityFrom(items);
}
