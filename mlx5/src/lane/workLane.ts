import type { Channel } from '../channel/channel.ts';
import { ChannelError } from '../channel/channelError.ts';
import { openChannel } from '../channel/openChannel.ts';
import { COMMANDS_ONLY, type Collector, CollectorStop } from '../collect/collector.ts';
import { type CommandRunner, createCommandRunner, type LaneControl } from '../collect/commandRunner.ts';
import { createCollector } from '../collect/createCollector.ts';
import { createDumpMemory, type DumpMemory, type OwnedDumpMemory } from '../collect/dumpMemory.ts';
import { isItemError } from '../collect/item.ts';
import type { CollectorSpec, Impact } from '../collect/spec.ts';
import { type Devlink, type DevlinkOptions, openDevlink } from '../netlink/openDevlink.ts';
import { layoutVersion } from '../prm/index.ts';
import type { CollectorEnd, CollectorReason, LaneCollector, LaneEvent, LaneJob } from './events.ts';
import { createItemBatches, type ItemBatches, type ItemMemory } from './itemBatches.ts';

/** What goes to the main thread: events as they are, items as a block of shared memory, by the number of the thread's
 * block or itself. */
export type LaneMessage =
  | Exclude<LaneEvent, { type: 'items' }>
  | { readonly type: 'block'; readonly collector: string; readonly block: number | SharedArrayBuffer };

/** What a lane has of its thread. */
export interface LaneSurroundings {
  readonly control: LaneControl;
  readonly items: ItemMemory;
  send(message: LaneMessage): void;
}

type LaneOutcome = Extract<LaneEvent, { type: 'ended' }>['outcome'];

/** How a lane goes on after a collector stopped: the outcome that ends it, nothing where the next collector may try. */
const LANE_ENDS: Partial<Record<CollectorReason, LaneOutcome>> = {
  OpenFailed: 'openFailed',
  DeviceGone: 'gone',
  DeviceHung: 'hung',
  Cancelled: 'cancelled',
};

/** The whole work of a lane: opens the device, runs the collectors one after another, closes. Blocks its thread. A device
 * that cannot be opened, or is gone, is what the host's kernel can still tell of: collectors that need no channel run all
 * the same. */
export function workLane(job: LaneJob, surroundings: LaneSurroundings): void {
  const { control, send } = surroundings;
  const collectors = job.collectors.map((work) => ({ ...work, collector: collectorFor(work.spec) }));
  const opened =
    collectors.length === 0 || collectors.some(({ collector }) => collector.needs.channel !== false)
      ? open(job, control)
      : { type: 'notNeeded' as const };
  if (opened.type === 'failed' && collectors.every(({ collector }) => collector.needs.channel === true)) {
    send({ type: 'ended', outcome: 'openFailed', message: opened.message });
    return;
  }
  const channel = opened.type === 'open' ? opened.channel : undefined;
  if (channel !== undefined) send({ type: 'opened', info: channel.info, layoutVersion: layoutVersion() });
  const failure = opened.type === 'failed' ? new CollectorStop('OpenFailed', opened.message) : undefined;
  const ended = runCollectors(job, collectors, { channel, failure }, surroundings);
  if (channel !== undefined) {
    control.commandBegins();
    channel.close();
    control.commandEnds();
  }
  send({ type: 'ended', ...ended });
}

/** A spec that no collector can be made of ends that collector, not the lane. */
function collectorFor(spec: CollectorSpec): Collector {
  try {
    return createCollector(spec);
  } catch (error) {
    return {
      ...{ type: spec.type, impact: 'ReadOnly', needs: COMMANDS_ONLY, estimate: () => ({ commands: 0, bytes: 0 }) },
      collect() {
        throw error;
      },
    };
  }
}

type Opened =
  | { readonly type: 'open'; readonly channel: Channel }
  | { readonly type: 'failed'; readonly message: string };

/** Opening and closing make and free a user context in firmware: they can hang as any command. */
function open({ device, impact }: LaneJob, control: LaneControl): Opened {
  control.commandBegins();
  try {
    return { type: 'open', channel: openChannel(device, { impact }) };
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return { type: 'failed', message: error.message };
  } finally {
    control.commandEnds();
  }
}

interface CollectorWork extends LaneCollector {
  readonly collector: Collector;
}

/** @param access the channel, or why there is none */
function runCollectors(
  job: LaneJob,
  collectors: readonly CollectorWork[],
  { channel, failure }: { readonly channel: Channel | undefined; readonly failure: CollectorStop | undefined },
  { control, items, send }: LaneSurroundings,
): { readonly outcome: LaneOutcome; readonly message?: string } {
  let collecting = '';
  const batches = createItemBatches(items, (block) => send({ type: 'block', collector: collecting, block }));
  const budget = { left: job.maxBytes - bytesOnDisk(job.collectors) };
  const announced = announceFirstCommand(control, send);
  let stopped = failure;
  const through = channel === undefined ? {} : { channel };
  const runner = createCommandRunner({
    ...{ device: job.device, ...through, failure: () => stopped },
    ...{ control: announced, slab: batches, budget },
  });
  const memory = createLaneMemory(job, channel, announced);
  const openDevlinkOfJob = () => openDevlink({ ...devlinkOf(job), control: announced });
  for (const work of collectors) {
    const { name } = work.spec;
    // What stopped the lane ends the collectors that have not begun, too.
    if (stopped !== undefined && (work.collector.needs.channel === true || stopped.reason === 'Cancelled')) {
      send({ type: 'collectorEnded', end: { name, ...stateAfter(stopped), items: 0, itemErrors: 0 }, ...now() });
      continue;
    }
    const tooMuch = beyondImpact(job, work.collector);
    if (tooMuch !== undefined) {
      send({ type: 'collectorEnded', end: { name, ...stateAfter(tooMuch), items: 0, itemErrors: 0 }, ...now() });
      continue;
    }
    collecting = name;
    const stop = runCollector(job, work, { runner, batches, send, ...memory, openDevlink: openDevlinkOfJob });
    if (stop !== undefined && LANE_ENDS[stop.reason] !== undefined) stopped = stop;
  }
  // A device that hangs would hang in this, too: closing the channel ends what is left.
  if (stopped?.reason !== 'DeviceHung') memory.release();
  if (stopped === undefined) return { outcome: 'done' };
  return { outcome: LANE_ENDS[stopped.reason] ?? 'done', message: stopped.message };
}

const IMPACTS: readonly Impact[] = ['ReadOnly', 'DebugWrite', 'Intrusive'];

/** What a collector does must have been agreed to, whatever let the spec pass: the API server cannot know of every
 * register what reading it takes. */
function beyondImpact({ impact }: LaneJob, { type, impact: needed }: Collector): CollectorStop | undefined {
  if (IMPACTS.indexOf(needed) <= IMPACTS.indexOf(impact)) return undefined;
  return new CollectorStop('InvalidSpec', `what is asked of ${type} needs impact ${needed}, the capture has ${impact}`);
}

interface LaneParts {
  readonly runner: CommandRunner;
  readonly batches: ItemBatches;
  readonly send: LaneSurroundings['send'];
  readonly memory?: () => DumpMemory;
  readonly openDevlink: () => Devlink;
}

function devlinkOf({ device, impact, devlink }: LaneJob): Omit<DevlinkOptions, 'control'> {
  return { pciAddress: device.pciAddress, access: devlink ?? {}, impact };
}

/** Memory for dumps: made when a collector asks for it, the same one for all collectors of the lane. */
function createLaneMemory(
  { device }: LaneJob,
  channel: Channel | undefined,
  control: LaneControl,
): { readonly memory?: () => DumpMemory; readonly release: () => void } {
  if (channel?.registerMemory === undefined) return { release() {} };
  let made: OwnedDumpMemory | undefined;
  return {
    memory() {
      made ??= createDumpMemory({ device, channel, control });
      return made;
    },
    release: () => made?.release(),
  };
}

function runCollector(
  job: LaneJob,
  { spec, done, collector }: CollectorWork,
  parts: LaneParts,
): CollectorStop | undefined {
  const { runner, batches, send, memory, openDevlink } = parts;
  const { name } = spec;
  send({ type: 'collectorStarted', name, ...now(), estimate: collector.estimate(job.device) });
  const known = new Map(done.map((item) => [item.key, item]));
  // Most items are made in place and do not come by here.
  const before = batches.count;
  let itemErrors = 0;
  let stop: CollectorStop | undefined;
  try {
    for (const item of collector.collect({
      device: job.device,
      runner,
      done: known,
      openDevlink,
      ...(memory ? { memory } : {}),
    })) {
      if (isItemError(item)) itemErrors += 1;
      batches.add(item);
    }
  } catch (error) {
    stop = asStop(error);
  }
  batches.flush();
  const items = batches.count - before;
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

function announceFirstCommand(control: LaneControl, send: LaneSurroundings['send']): LaneControl {
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
