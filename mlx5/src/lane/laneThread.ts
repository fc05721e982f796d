import { Worker } from 'node:worker_threads';
import type { LaneJob } from './events.ts';
import { createItemBlocks } from './itemBatches.ts';
import { freeItemBlock, type ItemNames } from './itemBlock.ts';
import type { LaneOrder, LaneThreadData } from './laneWorker.ts';
import { laneWorkerEntry } from './laneWorkerEntry.ts';
import type { LaneMessage } from './workLane.ts';

/** A thread that works lanes, one after another. It is kept for the next one for a while: a new thread takes some 50 ms
 * to start and as long again until its code is compiled, in which commands go out at a third of the pace. */
export interface LaneThread {
  /** Memory in which its items come over. */
  readonly blocks: readonly SharedArrayBuffer[];
  /** What its items are called. */
  readonly names: ItemNames;
  /** Begins a job; the one before must have had its last event. */
  work(job: LaneJob, control: SharedArrayBuffer, handlers: LaneThreadHandlers): void;
  /** Back for the next job. To be called after the job's last event, and when nobody needs what is in its blocks. */
  release(): void;
  /** Ends it, if it can be ended. */
  end(): void;
  /** Does not keep the process alive from now on. Never terminated nor awaited: both would wait for the ioctl. */
  abandon(): void;
}

export interface LaneThreadHandlers {
  message(message: LaneMessage): void;
  /** The thread is gone, without a last event of its job. */
  crashed(message: string): void;
}

/** A thread that nothing was asked of for so long is ended, and gives its 10 MiB back. */
const IDLE_MS = 15_000;
/** As many as an agent runs at once. */
const MOST_IDLE = 2;

const idle: LaneThread[] = [];

/** An idle thread, or a new one. */
export function takeThread(): LaneThread {
  return idle.pop() ?? createThread();
}

function createThread(): LaneThread {
  const blocks = createItemBlocks();
  const workerData: LaneThreadData = { blocks };
  const { entry, eval: isText } = laneWorkerEntry();
  const worker = new Worker(entry, { eval: isText, name: 'lane', workerData });
  let handlers: LaneThreadHandlers | undefined;
  let expiry: NodeJS.Timeout | undefined;

  const thread: LaneThread = {
    blocks,
    names: new Map(),
    work(job, control, of) {
      clearTimeout(expiry);
      handlers = of;
      blocks.forEach(freeItemBlock);
      worker.ref();
      const order: LaneOrder = { job, control };
      worker.postMessage(order);
    },
    release() {
      handlers = undefined;
      worker.unref();
      if (idle.length >= MOST_IDLE) return thread.end();
      idle.push(thread);
      expiry = setTimeout(retire, IDLE_MS).unref();
    },
    end: () => void worker.terminate(),
    abandon: () => worker.unref(),
  };

  function retire(): void {
    leaveIdle();
    thread.end();
  }

  function leaveIdle(): void {
    const at = idle.indexOf(thread);
    if (at >= 0) idle.splice(at, 1);
  }

  function gone(message: string): void {
    clearTimeout(expiry);
    leaveIdle();
    handlers?.crashed(message);
  }

  worker.on('message', (message: LaneMessage) => handlers?.message(message));
  worker.on('error', (error: unknown) => gone(error instanceof Error ? error.message : String(error)));
  worker.on('exit', () => gone('the thread of a lane ended without a word'));
  return thread;
}
