import type { Channel } from '../channel/channel.ts';
import { ChannelError } from '../channel/channelError.ts';
import { openChannel } from '../channel/openChannel.ts';
import { type ByteSlab, createByteSlab } from '../collect/byteSlab.ts';
import { CollectorStop } from '../collect/collector.ts';
import { type CommandRunner, createCommandRunner } from '../collect/commandRunner.ts';
import { createCollector } from '../collect/createCollector.ts';
import { isItemError } from '../collect/item.ts';
import { layoutVersion } from '../prm/index.ts';
import type { CollectorEnd, CollectorReason, LaneCollector, LaneEvent, LaneJob } from './events.ts';
import { createItemBatches } from './itemBatches.ts';
import type { WorkerControl } from './sharedControl.ts';

/** Passes an event to the main thread; the buffers' memory goes with it. */
export type SendEvent = (event: LaneEvent, transfer?: ArrayBuffer[]) => void;

type LaneOutcome = Extract<LaneEvent, { type: 'ended' }>['outcome'];

/** How a lane goes on after a collector stopped: the outcome that ends it, nothing where the next collector may try. */
const LANE_ENDS: Partial<Record<CollectorReason, LaneOutcome>> = {
  DeviceGone: 'gone',
  DeviceHung: 'hung',
  Cancelled: 'cancelled',
};

/** The whole work of a lane: opens the device, runs the collectors one after another, closes. Blocks its thread. */
export function workLane(job: LaneJob, control: WorkerControl, send: SendEvent): void {
  let channel: Channel;
  // Opening and closing make and free a user context in firmware: they can hang as any command.
  control.commandBegins();
  try {
    channel = openChannel(job.device, { impact: job.impact });
  } catch (error) {
    control.commandEnds();
    if (!(error instanceof ChannelError)) throw error;
    send({ type: 'ended', outcome: 'openFailed', message: error.message });
    return;
  }
  control.commandEnds();
  send({ type: 'opened', info: channel.info, layoutVersion: layoutVersion() });
  const ended = runCollectors(job, channel, control, send);
  control.commandBegins();
  channel.close();
  control.commandEnds();
  send({ type: 'ended', ...ended });
}

function runCollectors(
  job: LaneJob,
  channel: Channel,
  control: WorkerControl,
  send: SendEvent,
): { readonly outcome: LaneOutcome; readonly message?: string } {
  const slab = createByteSlab();
  const budget = { left: job.maxBytes - bytesOnDisk(job.collectors) };
  const announced = announceFirstCommand(control, send);
  const runner = createCommandRunner({ device: job.device, channel, control: announced, slab, budget });
  let stopped: CollectorStop | undefined;
  for (const collector of job.collectors) {
    const { name } = collector.spec;
    // What stopped the lane ends the collectors that have not begun, too.
    if (stopped !== undefined) {
      send({ type: 'collectorEnded', end: { name, ...stateAfter(stopped), items: 0, itemErrors: 0 }, ...now() });
      continue;
    }
    const stop = runCollector(job, collector, { runner, slab, control, send });
    if (stop !== undefined && LANE_ENDS[stop.reason] !== undefined) stopped = stop;
  }
  if (stopped === undefined) return { outcome: 'done' };
  return { outcome: LANE_ENDS[stopped.reason] ?? 'done', message: stopped.message };
}

interface LaneParts {
  readonly runner: CommandRunner;
  readonly slab: ByteSlab;
  readonly control: WorkerControl;
  readonly send: SendEvent;
}

function runCollector(job: LaneJob, { spec, done }: LaneCollector, parts: LaneParts): CollectorStop | undefined {
  const { runner, slab, control, send } = parts;
  const { name } = spec;
  send({ type: 'collectorStarted', name, ...now() });
  const batches = createItemBatches((items) => {
    control.takeCredit();
    send({ type: 'items', collector: name, items }, slab.release());
  });
  const known = new Map(done.map((item) => [item.key, item]));
  let items = 0;
  let itemErrors = 0;
  let stop: CollectorStop | undefined;
  try {
    for (const item of createCollector(spec).collect({ device: job.device, runner, done: known })) {
      items += 1;
      if (isItemError(item)) itemErrors += 1;
      batches.add(item);
    }
  } catch (error) {
    stop = asStop(error);
  }
  batches.flush();
  const state = stop === undefined ? { state: 'Done' as const } : stateAfter(stop);
  send({ type: 'collectorEnded', end: { name, ...state, items, itemErrors }, ...now() });
  return stop;
}

/** A bug in one collector ends that collector, not the device. */
function asStop(error: unknown): CollectorStop {
  if (error instanceof CollectorStop) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CollectorStop('CollectorError', message, { cause: error });
}

function stateAfter({ reason, message }: CollectorStop): Pick<CollectorEnd, 'state' | 'reason' | 'message'> {
  const state = reason === 'Unsupported' || reason === 'Cancelled' ? reason : 'Failed';
  return { state, reason, message };
}

function announceFirstCommand(control: WorkerControl, send: SendEvent): WorkerControl {
  let announced = false;
  return {
    ...control,
    commandBegins() {
      if (!announced) {
        announced = true;
        send({ type: 'firstCommand', ...now() });
      }
      control.commandBegins();
    },
  };
}

function now(): { readonly wallMs: number; readonly monotonicNs: bigint } {
  return { wallMs: Date.now(), monotonicNs: process.hrtime.bigint() };
}

function bytesOnDisk(collectors: readonly LaneCollector[]): number {
  let bytes = 0;
  for (const { done } of collectors) {
    for (const { frames } of done) {
      for (const { inbox, outbox } of frames) bytes += inbox.length + outbox.length;
    }
  }
  return bytes;
}
