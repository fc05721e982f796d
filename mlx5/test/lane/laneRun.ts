import type { Item } from '../../src/collect/item.ts';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import type { NicFunction } from '../../src/discover/device.ts';
import type { CollectorEnd, LaneEvent, LaneJob } from '../../src/lane/events.ts';
import { runLane } from '../../src/lane/runLane.ts';

export const registers: CollectorSpec = { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } };
export const everyRegister: CollectorSpec = { name: 'regs', type: 'RegisterDump', registerDump: { set: 'All' } };
export const capabilities: CollectorSpec = { name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Both' } };

export interface LaneRun {
  readonly events: readonly LaneEvent[];
  readonly items: readonly Item[];
  readonly ends: readonly CollectorEnd[];
  readonly ended: Extract<LaneEvent, { type: 'ended' }>;
}

export interface LaneOptions extends Partial<LaneJob> {
  readonly specs?: readonly CollectorSpec[];
  readonly done?: readonly Item[];
  readonly signal?: AbortSignal;
  readonly inPlace?: boolean;
  /** Is called with each event before the next is asked for. */
  readonly onEvent?: (event: LaneEvent) => void | Promise<void>;
}

export function laneJob(device: NicFunction, { specs = [registers], done = [], ...job }: LaneOptions = {}): LaneJob {
  return {
    device,
    impact: job.impact ?? 'ReadOnly',
    collectors: specs.map((spec) => ({ spec, done })),
    maxBytes: 64 << 20,
    ...(job.commandTimeoutMs === undefined ? {} : { commandTimeoutMs: job.commandTimeoutMs }),
    ...(job.maxBytes === undefined ? {} : { maxBytes: job.maxBytes }),
    ...(job.devlink === undefined ? {} : { devlink: job.devlink }),
  };
}

/** Runs a lane to its end. */
export async function lane(device: NicFunction, options: LaneOptions = {}): Promise<LaneRun> {
  const events: LaneEvent[] = [];
  for await (const event of runLane(laneJob(device, options), {
    signal: options.signal ?? new AbortController().signal,
    inPlace: options.inPlace ?? false,
  })) {
    events.push(event);
    await options.onEvent?.(event);
  }
  const ended = events.at(-1);
  if (ended?.type !== 'ended') throw new Error('the last event of a lane is ended');
  return {
    events,
    items: events.flatMap((event) => (event.type === 'items' ? event.items : [])),
    ends: events.flatMap((event) => (event.type === 'collectorEnded' ? event.end : [])),
    ended,
  };
}
