import { type CollectContext, CollectorStop, type Needs } from '../collector.ts';
import type { DumpMemory } from '../dumpMemory.ts';

/** How the bytes of a dump come:
 * - `Inline`: 208 with each command, in the register itself
 * - `Memory`: firmware writes them into registered memory
 * - `Auto`: into memory where kernel and firmware grant it, else inline */
export type DumpMode = 'Auto' | 'Inline' | 'Memory';

/** Needs of a collector that dumps resources. */
export const DUMPS: Needs = { channel: true, memory: 'optional', scope: 1 };

/** Memory to dump into; nothing where it goes inline.
 * @throws CollectorStop for mode `Memory`: `Unsupported` where there is none, `CollectorError` where it could not be made */
export function dumpMemoryFor(context: CollectContext, mode: DumpMode): DumpMemory | undefined {
  if (mode === 'Inline') return undefined;
  if (context.memory === undefined) {
    if (mode === 'Auto') return undefined;
    const { pciAddress, node, kind } = context.device;
    throw new CollectorStop(
      'Unsupported',
      `${pciAddress}: ${node} (${kind}) lets no memory be registered for the device to write to: use mode Inline or Auto`,
    );
  }
  try {
    return context.memory();
  } catch (error) {
    const none =
      error instanceof CollectorStop && (error.reason === 'Unsupported' || error.reason === 'CollectorError');
    if (mode === 'Auto' && none) return undefined;
    throw error;
  }
}
