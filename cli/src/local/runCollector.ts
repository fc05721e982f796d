import type { CollectorEnd, CollectorSpec, DevlinkAccess, Impact, Item, LaneEvent, NicFunction } from '@nicdiag/mlx5';
import { CommandError } from '../exitCodes.ts';

export interface CollectorRun {
  readonly spec: CollectorSpec;
  readonly impact: Impact;
  /** Raw bytes after which it ends. */
  readonly maxBytes: number;
  readonly devlink?: DevlinkAccess | undefined;
}

/** Runs one collector on a device of this host, in a lane.
 * @returns how it ended, after its items
 * @throws CommandError when the device could not be opened, hangs or vanished */
export async function* runCollector(
  device: NicFunction,
  { spec, impact, maxBytes, devlink = {} }: CollectorRun,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<Item, CollectorEnd> {
  const { runLane } = await import('@nicdiag/mlx5');
  let end: CollectorEnd | undefined;
  const job = { device, impact, collectors: [{ spec, done: [] }], maxBytes, devlink };
  for await (const event of runLane(job, { signal })) {
    if (event.type === 'items') yield* event.items;
    else if (event.type === 'collectorEnded') end = event.end;
    else if (event.type === 'ended') throwUnlessDone(event, device);
  }
  if (end === undefined) throw new CommandError(`${device.pciAddress}: the collector ended without a word`);
  return end;
}

function throwUnlessDone({ outcome, message }: Extract<LaneEvent, { type: 'ended' }>, { pciAddress }: NicFunction) {
  if (outcome === 'done') return;
  throw new CommandError(message ?? `${pciAddress}: ${outcome}`);
}
