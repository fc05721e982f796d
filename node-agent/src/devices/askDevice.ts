import type { CollectorEnd, Item, NicFunction } from '@nicdiag/mlx5';
import type { LaneScheduler } from '../lanes/laneScheduler.ts';
import { FACT_REGISTERS, readFacts } from './deviceFacts.ts';
import type { DeviceAnswer } from './explainHealth.ts';

/** Far above what the few registers need. */
const MAX_BYTES = 256 * 1024;
const FACTS = 'facts';

/** Asks a device for identity and health: a small read-only dump in a lane, kept in memory.
 * @returns undefined when the signal came first */
export async function askDevice(
  lanes: LaneScheduler,
  device: NicFunction,
  { signal, commandTimeoutMs }: { readonly signal: AbortSignal; readonly commandTimeoutMs: number },
): Promise<DeviceAnswer | undefined> {
  const items: Item[] = [];
  let abi = '';
  let collectorEnd: CollectorEnd | undefined;
  const job = {
    device,
    impact: 'ReadOnly',
    collectors: [
      { spec: { name: FACTS, type: 'RegisterDump', registerDump: { registers: FACT_REGISTERS } }, done: [] },
      // A limited function, which may read no register, tells its PSID here.
      { spec: { name: 'adapter', type: 'ObjectDump', objectDump: { objects: [{ type: 'ADAPTER' }] } }, done: [] },
    ],
    commandTimeoutMs,
    maxBytes: MAX_BYTES,
  } as const;
  const end = await lanes.run(
    device.asic,
    async () => job,
    async (event) => {
      if (event.type === 'opened') abi = event.info.abi;
      if (event.type === 'items') items.push(...event.items);
      if (event.type === 'collectorEnded' && event.end.name === FACTS) collectorEnd = event.end;
    },
    { signal },
  );
  if (end.outcome === 'cancelled') return undefined;
  if (end.outcome !== 'done') return { type: 'failed', end };
  if (
    collectorEnd?.state === 'Unsupported' ||
    !items.some(({ kind, outcome }) => kind === 'register' && outcome === 'ok')
  ) {
    const message = collectorEnd?.message ?? 'firmware refuses every register that was asked for';
    return { type: 'limited', message, facts: readFacts(items), abi };
  }
  return { type: 'facts', facts: readFacts(items), abi };
}
