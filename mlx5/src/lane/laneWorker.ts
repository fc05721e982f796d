/** The entry of a lane's worker thread, which works one job after another. A bundle has it as a file of its own beside
 * the one that has `runLane`, with the same extension. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LaneJob } from './events.ts';
import { createItemMemory } from './itemBatches.ts';
import { createWorkerControl } from './sharedControl.ts';
import { type LaneMessage, workLane } from './workLane.ts';

/** What a thread is started with. */
export interface LaneThreadData {
  /** Memory for the items of all its jobs. */
  readonly blocks: readonly SharedArrayBuffer[];
}

/** What `runLane` sends to its worker. */
export interface LaneOrder {
  readonly job: LaneJob;
  readonly control: SharedArrayBuffer;
}

if (parentPort !== null) {
  const port = parentPort;
  const items = createItemMemory((workerData as LaneThreadData).blocks);
  const send = (message: LaneMessage): void => port.postMessage(message);
  port.on('message', ({ job, control }: LaneOrder) =>
    workLane(job, { control: createWorkerControl(control), items, send }),
  );
}
