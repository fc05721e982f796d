import { isItemError } from '../collect/item.ts';
import { createEventQueue } from './eventQueue.ts';
import type { CollectorEnd, LaneEvent, LaneJob } from './events.ts';
import { freeItemBlock, readItemBlock, unsentItems } from './itemBlock.ts';
import { takeThread } from './laneThread.ts';
import { createSupervision } from './sharedControl.ts';
import type { LaneMessage } from './workLane.ts';

/** The kernel gives a command up after about 60 s. */
const DEFAULT_COMMAND_TIMEOUT_MS = 70_000;
const MOST_LOST_LANES = 2;

let lost = 0;

/** Lanes whose thread is stuck in a command past its limit. Nothing can end such a thread before the kernel lets go:
 * `process.exit` and SIGKILL take effect, but the process lives on until then (its exit handlers have run, its sockets
 * and locks may still be held). It counts down when a thread comes back. */
export function lostLanes(): number {
  return lost;
}

/** Runs a job in a thread of its own and passes on what happens, in order. The last event is `ended`; unless the device
 * could not be opened, every collector of the job has had its `collectorEnded` before.
 *
 * The consumer sets the pace: when it does not ask for the next event, the lane waits after a few batches of items.
 * Aborting the signal stops the lane before its next command; what was read still comes. Leaving the loop early stops it
 * likewise and waits until the device is closed, or the lane lost. */
export async function* runLane(job: LaneJob, options: RunLaneOptions): AsyncGenerator<LaneEvent, void> {
  const { signal } = options;
  if (signal.aborted) {
    yield* endAll(job, new Map(), { state: 'Cancelled', reason: 'Cancelled' });
    yield { type: 'ended', outcome: 'cancelled' };
    return;
  }
  if (lost >= MOST_LOST_LANES) {
    const message = `${lost} lanes are stuck in commands: no further device is opened before one comes back`;
    yield* endAll(job, new Map(), { state: 'Failed', reason: 'DeviceHung', message });
    yield { type: 'ended', outcome: 'hung', message };
    return;
  }
  const lane = startLane(job, options);
  try {
    for await (const event of lane.events) {
      yield event;
      // The consumer came back for more: it is done with this one.
      if (event.type === 'items') lane.consumed();
    }
  } finally {
    await lane.stop();
  }
}

export interface RunLaneOptions {
  readonly signal: AbortSignal;
  /** Told when the thread of a lane that ended as `hung` has come back after all: the device can be asked again. */
  readonly onReturned?: () => void;
  /** Leaves the bytes of items in the lane's own memory, which is used again: they are good until the next event is asked
   * for. For a consumer that puts items on a disk as they come.
   * @default false: items keep their bytes as long as they are referenced */
  readonly inPlace?: boolean;
}

interface Lane {
  readonly events: AsyncIterable<LaneEvent>;
  consumed(): void;
  /** Resolves when the thread has ended, or is given up. */
  stop(): Promise<void>;
}

function startLane(job: LaneJob, { signal, onReturned, inPlace = false }: RunLaneOptions): Lane {
  const supervision = createSupervision();
  const queue = createEventQueue<LaneEvent>();
  const gone = Promise.withResolvers<void>();
  const counts = new Map<string, CollectorCount>();
  /** Blocks whose items nobody has consumed yet, oldest first. */
  const underWay: SharedArrayBuffer[] = [];
  let over = false;
  /** Whether the thread has said the last event of the job itself, and can have another. */
  let ended = false;
  let abandoned = false;
  let returned = false;
  /** Nobody consumes any more: the worker need not wait. */
  let lifted = false;

  const thread = takeThread();
  thread.work(job, supervision.buffer, { message: take, crashed });
  const timeoutMs = job.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS;
  const watchdog = setInterval(watch, Math.max(10, Math.min(500, timeoutMs / 8)));
  signal.addEventListener('abort', supervision.cancel, { once: true });

  /** Ends the stream for a lane that cannot do it itself. */
  function finish(outcome: 'hung' | 'crashed', message: string): void {
    if (over) return;
    over = true;
    const reason = outcome === 'hung' ? 'DeviceHung' : 'CollectorError';
    for (const items of thread.blocks.map((memory) => unsentItems(memory, thread.names))) {
      if (items.length > 0) deliver({ type: 'items', collector: runningCollector(counts), items });
    }
    for (const event of endAll(job, counts, { state: 'Failed', reason, message })) queue.push(event);
    queue.push({ type: 'ended', outcome, message });
    queue.close();
  }

  function watch(): void {
    // What the worker has sent before its last command comes first.
    if (supervision.commandAgeMs() > timeoutMs) setImmediate(giveUp);
  }

  function giveUp(): void {
    const age = supervision.commandAgeMs();
    if (age <= timeoutMs || abandoned || over) return;
    abandoned = true;
    lost += 1;
    // Should the command come back after all, the thread stops before its next one.
    supervision.cancel();
    thread.abandon();
    cleanUp();
    finish('hung', `${job.device.pciAddress}: a command to ${job.device.node} has not come back in ${age} ms`);
    gone.resolve();
  }

  function cleanUp(): void {
    clearInterval(watchdog);
    signal.removeEventListener('abort', supervision.cancel);
  }

  function take(message: LaneMessage): void {
    if (abandoned) {
      if (message.type === 'ended') comeBack();
      if (message.type === 'block') freeItemBlock(memoryOf(message.block));
      return;
    }
    if (over) return;
    deliver(message.type === 'block' ? open(message) : message);
    if (message.type !== 'ended') return;
    over = true;
    ended = true;
    queue.close();
    cleanUp();
    gone.resolve();
  }

  function deliver(event: LaneEvent): void {
    keepCount(counts, event);
    queue.push(event);
  }

  function open({ collector, block }: Extract<LaneMessage, { type: 'block' }>): LaneEvent {
    const memory = memoryOf(block);
    const items = readItemBlock(memory, thread.names, { inPlace });
    if (lifted) freeItemBlock(memory);
    else underWay.push(memory);
    return { type: 'items', collector, items };
  }

  function memoryOf(block: number | SharedArrayBuffer): SharedArrayBuffer {
    const memory = typeof block === 'number' ? thread.blocks[block] : block;
    if (memory === undefined) throw new Error(`the thread of a lane has no block ${block}`);
    return memory;
  }

  function consumed(): void {
    const memory = underWay.shift();
    if (memory !== undefined) freeItemBlock(memory);
  }

  function lift(): void {
    lifted = true;
    while (underWay.length > 0) consumed();
  }

  /** The thread of a lost lane is out of its ioctl, or gone. It has been through enough to be used again. */
  function comeBack(): void {
    if (returned) return;
    returned = true;
    lost -= 1;
    thread.end();
    onReturned?.();
  }

  function crashed(message: string): void {
    ended = false;
    if (abandoned) {
      comeBack();
      return;
    }
    cleanUp();
    finish('crashed', message);
    gone.resolve();
  }

  return {
    events: queue,
    consumed,
    async stop() {
      supervision.cancel();
      lift();
      await gone.promise;
      // Not before: until now there were items to be consumed, which lie in blocks that the next job will use.
      if (ended) thread.release();
    },
  };
}

/** What came of a collector so far, for the case that its lane cannot say it any more. */
interface CollectorCount {
  items: number;
  itemErrors: number;
  ended: boolean;
}

function keepCount(counts: Map<string, CollectorCount>, event: LaneEvent): void {
  if (event.type === 'collectorStarted') counts.set(event.name, { items: 0, itemErrors: 0, ended: false });
  const count = counts.get(
    event.type === 'items' ? event.collector : event.type === 'collectorEnded' ? event.end.name : '',
  );
  if (count === undefined) return;
  if (event.type === 'collectorEnded') count.ended = true;
  else if (event.type === 'items') {
    count.items += event.items.length;
    count.itemErrors += event.items.filter(isItemError).length;
  }
}

function runningCollector(counts: ReadonlyMap<string, CollectorCount>): string {
  return [...counts].find(([, { ended }]) => !ended)?.[0] ?? '';
}

/** Ends for the collectors that had none. */
function* endAll(
  job: LaneJob,
  counts: ReadonlyMap<string, CollectorCount>,
  end: Pick<CollectorEnd, 'state' | 'reason' | 'message'>,
): Generator<LaneEvent> {
  for (const { spec } of job.collectors) {
    const { items, itemErrors, ended } = counts.get(spec.name) ?? { items: 0, itemErrors: 0, ended: false };
    if (ended) continue;
    const times = { wallMs: Date.now(), monotonicNs: process.hrtime.bigint() };
    yield { type: 'collectorEnded', end: { name: spec.name, ...end, items, itemErrors }, ...times };
  }
}
